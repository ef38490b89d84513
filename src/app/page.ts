import { dragOptionTable, type Iteration, type Model, type RunResult } from '../library/api.ts';
import { onShaderEdit } from './device/shaders.ts';
import { BenchmarkPane } from './dialogs/benchmark_pane.ts';
import { showFailure } from './dialogs/failure.ts';
import { box, button, field } from './dom/elements.ts';
import { listenForShortcuts } from './dom/shortcuts.ts';
import { Editor } from './editor.ts';
import type { ReadModel } from './files/model_reader.ts';
import { demoName } from './files/model_source.ts';
import { Files } from './import_export.ts';
import { KernelsPane } from './panes/kernels_pane.ts';
import { OptionsPane } from './panes/options_pane.ts';
import { PictureControls } from './panes/picture_controls.ts';
import { PointsList } from './panes/points_list.ts';
import { Status } from './panes/status.ts';
import { Compare } from './stage/compare.ts';
import { MaskBrush } from './stage/mask_tool.ts';
import { PointsEditor } from './stage/points_tool.ts';
import { Stage } from './stage/stage.ts';
import { Tools } from './stage/tools.ts';
import type { EditorEvents } from './state/editor_events.ts';
import type { NamedLatent } from './state/picture_source.ts';
import type { Progress } from './state/progress.ts';

const askForHandle = 'Choose a spot that should move, then the place where it should go.';
const askForTarget = 'Now the place where it should go.';

/** Everything on the page, wired to one editor. */
export class Page {
  readonly #stage = new Stage();
  readonly #status = new Status();
  readonly #compare = new Compare();
  readonly #picture = new PictureControls((source) => void this.#editor?.newPicture(source));
  readonly #points = new PointsEditor(this.#stage, {
    edited: (pairs) => this.#editor?.setPoints(pairs),
    waiting: (waiting) => this.#status.say(waiting ? askForTarget : ''),
  });
  readonly #list = new PointsList(
    (index) => this.#points.remove(index),
    () => this.#points.clear(),
  );
  readonly #brush = new MaskBrush(this.#stage, (mask) => this.#editor?.setMask(mask));
  readonly #tools = new Tools(this.#stage, this.#points, this.#brush, this.#status);
  #options: OptionsPane | undefined;
  #tuning: KernelsPane | undefined;
  #files: Files | undefined;
  #editor: Editor | undefined;
  #iteration: Iteration | undefined;
  #updating = false;

  /** Puts the demo model on a device and shows its first picture. */
  static async open(gpu: GPU, demo: ReadModel, progress: Progress): Promise<Page> {
    const page = new Page();
    const { canvas } = page.#stage;
    const opening = { source: demo, picture: page.#picture.beginning, progress };
    const editor = await Editor.open({ gpu, canvas }, page.#events(), opening);
    page.#take(editor);
    await editor.begin();
    page.#enable(editor);
    page.#files = new Files(editor, page.#picture, page.#status);
    page.#tuning = new KernelsPane(editor);
    new BenchmarkPane(
      () => ({ gpu, demo: demo.weights, variants: editor.engine.variants }),
      () => editor.stop(),
    );
    return page;
  }

  private constructor() {
    addEventListener('error', ({ error, message }) => this.#status.fail(error ?? message));
    addEventListener('unhandledrejection', ({ reason }) => this.#status.fail(reason));
  }

  #take(editor: Editor): void {
    this.#editor = editor;
    this.#stage.onResize = () => editor.redraw();
    this.#show(editor.model);
    onShaderEdit((name) => void editor.reloadShader(name));
  }

  /** Sets everything on the page for a model. */
  #show({ config, dragDefaults }: Model): void {
    const editor = this.#editor;
    if (!editor) return;
    this.#stage.side = config.resolution;
    this.#points.cancel();
    this.#brush.fit();
    const steps = config.dragDefaults?.steps ?? dragOptionTable.steps.usual;
    editor.steps = steps;
    this.#options = new OptionsPane(config, { ...dragDefaults, steps }, ({ steps, ...options }) => {
      if (steps !== undefined) editor.steps = steps;
      editor.setOptions(options);
    });
    this.#files?.show(editor.source);
    const { name } = editor.source;
    const { resolution, parameters, cDim } = config;
    const classes = cDim > 0 ? `, ${cDim} classes` : '';
    box('model').textContent =
      `${name === demoName ? 'Demo model' : name}: ${resolution} × ${resolution}, ${(parameters / 1e6).toFixed(1)} M weights${classes}`;
  }

  #enable(editor: Editor): void {
    this.#allow(editor.model);
    button('run').addEventListener('click', () => this.#toggleRun());
    button('undo').addEventListener('click', () => void editor.undo());
    button('redo').addEventListener('click', () => void editor.redo());
    button('reset').addEventListener('click', () => void editor.reset());
    button('save').addEventListener('click', () => this.#files?.savePicture());
    field('smooth').addEventListener('change', () => {
      editor.smooth = field('smooth').checked;
    });
    listenForShortcuts({
      toggleRun: () => this.#toggleRun(),
      stop: () => {
        if (!this.#points.cancel()) editor.stop();
      },
      undo: () => void editor.undo(),
      redo: () => void editor.redo(),
      save: () => this.#files?.savePicture(),
      compare: (shown) => this.#compare.show(shown),
      choose: (tool) => this.#tools.choose(tool),
      brush: (factor) => this.#brush.grow(factor),
    });
    button('save').disabled = false;
    this.#update();
  }

  /** A model's picture is there to work on. */
  #allow({ config }: Model, latent?: NamedLatent): void {
    this.#picture.enable(config, latent);
    this.#tools.enable();
  }

  #events(): EditorEvents {
    return {
      model: (model, { latent }) => {
        this.#show(model);
        this.#allow(model, latent);
        this.#requestUpdate();
      },
      leaving: async () => {
        await this.#files?.settle();
        await this.#tuning?.rest();
      },
      picture: (original) => {
        this.#compare.set(original);
        this.#status.clear();
        this.#status.say(askForHandle);
      },
      changed: () => this.#requestUpdate(),
      restored: () => {
        this.#status.clear();
        this.#status.say('');
      },
      started: () => {
        if (this.#editor?.session.iteration === 0) this.#status.clear();
        this.#status.start();
      },
      iterated: (iteration) => {
        this.#status.count();
        this.#iteration = iteration;
        this.#requestUpdate();
      },
      finished: (result) => this.#status.say(outcome(result)),
      say: (message) => this.#status.say(message),
      fail: (error) => this.#status.fail(error),
      broken: showFailure,
    };
  }

  #toggleRun(): void {
    const editor = this.#editor;
    if (!editor) return;
    if (editor.session.running) editor.stop();
    else if (editor.session.points.length > 0) editor.start();
    else this.#status.say(askForHandle);
  }

  /** However fast a run is, the page's text follows it once a frame. */
  #requestUpdate(): void {
    if (this.#updating) return;
    this.#updating = true;
    requestAnimationFrame(() => {
      this.#updating = false;
      this.#update();
    });
  }

  #update(): void {
    const session = this.#editor?.session;
    if (!session) return;
    const { points, running, canUndo, canRedo, mask } = session;
    if (this.#iteration) this.#status.show(this.#iteration);
    this.#iteration = undefined;
    this.#points.sync(points);
    this.#list.show(points);
    this.#brush.sync(mask);
    if (this.#options) this.#options.masked = mask !== null;
    document.body.dataset.state = running ? 'running' : 'ready';
    const run = button('run');
    run.textContent = running ? 'Stop' : 'Start';
    run.ariaPressed = String(running);
    run.disabled = !running && points.length === 0;
    button('undo').disabled = !canUndo;
    button('redo').disabled = !canRedo;
    button('reset').disabled = !canUndo;
  }
}

function outcome({ stopped, iterations, distance }: RunResult): string {
  const after = `after ${iterations} iteration${iterations === 1 ? '' : 's'}`;
  const left = `${distance.toFixed(1)} px left`;
  switch (stopped) {
    case 'arrived':
      return `Arrived ${after}.`;
    case 'steps':
      return `Not there yet ${after}: ${left}. Start goes on.`;
    case 'stopped':
      return `Stopped ${after}: ${left}.`;
    case 'diverged':
      return `The numbers ran away ${after}, and the last good picture was put back. A smaller learning rate helps.`;
  }
}
