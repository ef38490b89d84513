import { computed, effect, signal } from '@preact/signals';
import type { ActionContext } from './actions.ts';
import { onShaderEdit } from './device/shaders.ts';
import { Benchmarking } from './dialogs/benchmarking.ts';
import type { Waiting } from './dialogs/loading_panel.tsx';
import { listenForShortcuts } from './dom/shortcuts.ts';
import { Editor } from './editor.ts';
import { DropZone } from './files/drop_zone.ts';
import type { ReadModel } from './files/model_reader.ts';
import { Files } from './import_export.ts';
import type { PageParts } from './page_parts.ts';
import { Autotuning } from './panes/autotuning.ts';
import { firstPicture } from './panes/wanted_picture.ts';
import { showPage } from './shell.tsx';
import { Stage } from './stage/stage.ts';
import { Tools } from './stage/tools.ts';
import type { Progress } from './state/progress.ts';
import type { Store } from './state/store.ts';
import { View } from './state/view.ts';

/** The page: all that is seen from the start on, and what it works with once there is a model on a device. */
export class Page {
  readonly #view = new View();
  readonly #waiting = signal<Waiting | undefined>({ what: 'Starting', fraction: undefined });
  readonly #parts = signal<PageParts | undefined>(undefined);
  readonly #stage: Stage;

  /** @param root where the page is put */
  constructor(root: Element) {
    const view = this.#view;
    const dropped = new DropZone((file) => this.#parts.peek()?.files.drop(file));
    const seen = { view, waiting: this.#waiting, parts: this.#parts, fileHeld: dropped.held };
    this.#stage = new Stage(showPage(root, seen));
    addEventListener('error', ({ error, message }) => view.fail(error ?? message));
    addEventListener('unhandledrejection', ({ reason }) => view.fail(reason));
    effect(() => {
      document.body.dataset.state = stateOf(view);
    });
  }

  /** Says how far it is until the first picture. */
  readonly progress: Progress = (fraction, what) => {
    this.#waiting.value = { fraction, what };
  };

  /** Nothing can be done any more, and why. */
  fail(error: unknown): void {
    console.warn(error);
    this.#view.failure.value = { error };
  }

  /** Puts the demo model on a device, and shows its first picture. @throws as `Editor.open` */
  async open(gpu: GPU, demo: ReadModel): Promise<void> {
    const view = this.#view;
    const stage = this.#stage;
    const opening = { model: demo, picture: firstPicture, progress: this.progress };
    const materials = { gpu, canvas: stage.elements.image };
    const editor = await Editor.open(materials, view, opening);
    const { store } = editor;
    stage.onResize = () => editor.redraw();
    followDocument(stage, store);
    // Two drags of one point are two steps of the history, and so are two slides of one slider.
    for (const began of ['pointerdown', 'focusin'])
      addEventListener(began, () => store.beginGesture(), { capture: true });
    onShaderEdit((name) => void editor.reloadShader(name));
    await editor.begin();
    new Tools(stage, store, view);
    const files = new Files(editor);
    const savePicture = () => files.savePicture();
    const context: ActionContext = { store, view, editor, savePicture };
    listenForShortcuts(context);
    const autotuning = new Autotuning(editor);
    editor.beforeLeaving.push(
      () => files.photograph.settle(),
      () => autotuning.rest(),
    );
    const benchmarking = new Benchmarking(
      () => ({ gpu, demo: demo.weights, variants: editor.engine.variants }),
      () => editor.stop(),
    );
    this.#parts.value = { editor, context, files, autotuning, benchmarking };
    this.#waiting.value = undefined;
  }
}

/** What page tests and styles know the page by. */
function stateOf({ failure, ready, running }: View): string {
  if (failure.value) return 'error';
  if (!ready.value) return 'loading';
  return running.value ? 'running' : 'ready';
}

/** The stage has the picture's size. */
function followDocument(stage: Stage, store: Store): void {
  const config = computed(() => store.document.value.model.weights.config);
  effect(() => {
    const { height, width } = config.value;
    stage.size = { height, width };
  });
}
