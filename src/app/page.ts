import { computed, effect, signal } from '@preact/signals';
import type { ActionContext } from './actions.ts';
import { onShaderEdit } from './device/shaders.ts';
import { Benchmarking } from './dialogs/benchmarking.ts';
import type { Waiting } from './dialogs/loading_panel.tsx';
import { listenForShortcuts } from './dom/shortcuts.ts';
import { Editor } from './editor.ts';
import { DropZone } from './files/drop_zone.ts';
import { readKeptSession } from './files/kept_session.ts';
import type { ReadModel } from './files/model_reader.ts';
import { ownsSession, readKeeps, SessionKeeper } from './files/session_keeper.ts';
import { Files } from './import_export.ts';
import type { PageParts } from './page_parts.ts';
import { Autotuning } from './panes/autotuning.ts';
import { firstPicture } from './panes/wanted_picture.ts';
import { showPage } from './shell.tsx';
import { Stage } from './stage/stage.ts';
import { Tools } from './stage/tools.ts';
import type { Document } from './state/document.ts';
import type { HistoryRecord } from './state/history.ts';
import type { Progress } from './state/progress.ts';
import type { Store } from './state/store.ts';
import { View } from './state/view.ts';

/** The page: all that is seen from the start on, and what it works with once there is a model on a device. */
export class Page {
  readonly #view = new View();
  readonly #waiting = signal<Waiting | undefined>({ what: 'Starting', fraction: undefined });
  readonly #parts = signal<PageParts | undefined>(undefined);
  readonly #stage: Stage;
  /** Whether this tab takes up the edit that is kept, and keeps it. */
  readonly #owns: Promise<boolean> = readKeeps() ? ownsSession() : Promise.resolve(false);

  /** @param root where the page is put */
  constructor(root: Element) {
    const view = this.#view;
    const dropped = new DropZone((files) => {
      void this.#parts.peek()?.files.drop(files);
    });
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
    const materials = { gpu, canvas: stage.elements.image };
    const owns = await this.#owns;
    const kept = owns ? await this.#readKept(demo) : undefined;
    const fresh = { model: demo, picture: firstPicture, progress: this.progress };
    const opening = kept ? { ...fresh, model: kept.present.model, kept } : fresh;
    const editor = await Editor.open(materials, view, opening).catch((error) => {
      // What was kept may need more than this device has; without it the page begins as for the first time.
      if (!kept) throw error;
      console.warn(error);
      return Editor.open(materials, view, fresh);
    });
    const { store } = editor;
    stage.onResize = () => editor.redraw();
    followDocument(stage, store);
    // Two drags of one point are two steps of the history, and so are two slides of one slider.
    for (const began of ['pointerdown', 'focusin'])
      addEventListener(began, () => store.beginGesture(), { capture: true });
    onShaderEdit((name) => void editor.reloadShader(name));
    await editor.begin();
    new Tools(stage, editor);
    const files = new Files(editor);
    const savePicture = () => files.savePicture();
    const cancelOpening = () => files.cancelOpening();
    const context: ActionContext = {
      store,
      view,
      stage,
      editor,
      savePicture,
      cancelOpening,
    };
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
    const keeper = new SessionKeeper(store, view, demo, owns);
    this.#parts.value = { keeper, editor, context, files, autotuning, benchmarking };
    this.#waiting.value = undefined;
    if (readKeeps() && !owns)
      view.say('Another tab has the edit that is kept; what is done here is not kept.');
  }

  /** The edit that this browser kept, where it can be read. */
  async #readKept(demo: ReadModel): Promise<HistoryRecord<Document> | undefined> {
    try {
      return await readKeptSession(demo, this.progress);
    } catch (error) {
      console.warn(error);
      return undefined;
    }
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
