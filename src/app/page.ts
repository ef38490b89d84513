import { computed, effect } from '@preact/signals';
import { type Action, type ActionContext, actions, titleOf } from './actions.ts';
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
import { showStatus } from './panes/status.ts';
import { Compare } from './stage/compare.ts';
import { MaskBrush } from './stage/mask_tool.ts';
import { PointsEditor } from './stage/points_tool.ts';
import { Stage } from './stage/stage.ts';
import { Tools } from './stage/tools.ts';
import {
  changeOption,
  changePoints,
  clearMask,
  invertMask,
  paintMask,
  takeDefaultOptions,
} from './state/commands.ts';
import { defaultsOf } from './state/document.ts';
import { changedPart } from './state/picture_source.ts';
import type { Progress } from './state/progress.ts';
import { View } from './state/view.ts';

const askForTarget = 'Now the place where it should go.';

/** The picture that the page begins with. */
const firstPicture = { seed: 0, psi: 1 };

/** Puts the demo model on a device, shows its first picture, and wires everything on the page to it. */
export async function openPage(gpu: GPU, demo: ReadModel, progress: Progress): Promise<void> {
  const view = new View();
  addEventListener('error', ({ error, message }) => view.fail(error ?? message));
  addEventListener('unhandledrejection', ({ reason }) => view.fail(reason));
  effect(() => {
    if (view.failure.value !== undefined) showFailure(view.failure.value);
  });
  showStatus(view);
  const stage = new Stage();
  const materials = { gpu, canvas: stage.canvas };
  const editor = await Editor.open(materials, view, {
    model: demo,
    picture: firstPicture,
    progress,
  });
  stage.onResize = () => editor.redraw();
  onShaderEdit((name) => void editor.reloadShader(name));
  followModel(editor, stage);
  await editor.begin();
  const files = new Files(editor);
  const context: ActionContext = {
    store: editor.store,
    view,
    editor,
    savePicture: () => files.savePicture(),
  };
  showActions(context);
  listenForShortcuts(context);
  new Compare(context);
  editPicture(editor, stage);
  choosePicture(editor);
  const kernels = new KernelsPane(editor);
  editor.beforeLeaving.push(
    () => files.settle(),
    () => kernels.rest(),
  );
  new BenchmarkPane(
    () => ({ gpu, demo: demo.weights, variants: editor.engine.variants }),
    () => editor.stop(),
  );
}

/** What another model brings with it: the picture's size, its options, its name. */
function followModel(editor: Editor, stage: Stage): void {
  const { store } = editor;
  const masked = computed(() => store.document.value.mask !== null);
  const model = computed(() => store.document.value.model);
  let options: OptionsPane | undefined;
  effect(() => {
    const { name, weights } = model.value;
    const { config } = weights;
    const { resolution, parameters, cDim } = config;
    stage.side = resolution;
    const defaults = defaultsOf(model.value);
    options = new OptionsPane(config, defaults, {
      changed: (name, value) => store.do(changeOption(name, value)),
      reset: () => store.do(takeDefaultOptions(defaults)),
    });
    const classes = cDim > 0 ? `, ${cDim} classes` : '';
    box('model').textContent =
      `${name === demoName ? 'Demo model' : name}: ${resolution} × ${resolution}, ${(parameters / 1e6).toFixed(1)} M weights${classes}`;
  });
  effect(() => {
    // Of another model, too, whose pane is another one.
    if (model.value) options?.show(store.document.value.options);
  });
  effect(() => {
    if (model.value && options) options.masked = masked.value;
  });
}

/** Buttons that do what the table of actions says. */
function showActions(context: ActionContext): void {
  const buttons = {
    run: actions.run,
    undo: actions.undo,
    redo: actions.redo,
    reset: actions.reset,
    compare: actions.compare,
    save: actions.save,
    'tool-points': actions.points,
    'tool-mask': actions.mask,
  };
  for (const [id, action] of Object.entries<Action>(buttons)) {
    const shown = button(id);
    effect(() => {
      shown.title = titleOf(action, context);
      shown.disabled = !action.when(context);
    });
    if (!action.end) shown.addEventListener('click', () => action.do(context));
  }
  const { view } = context;
  effect(() => {
    const running = view.running.value;
    if (view.ready.value && !view.failure.value)
      document.body.dataset.state = running ? 'running' : 'ready';
    button('run').textContent = actions.run.label(context);
    button('run').ariaPressed = String(running);
  });
  effect(() => {
    field('smooth').checked = view.smooth.value;
  });
  field('smooth').addEventListener('change', () => {
    view.smooth.value = field('smooth').checked;
  });
}

/** Points and mask, and the tools that change them. */
function editPicture({ store, view }: Editor, stage: Stage): void {
  const points = new PointsEditor(stage, {
    edited(pairs) {
      const command = changePoints(store.document.peek().points, pairs);
      if (command) store.do(command);
    },
    waiting(waiting) {
      view.waitingForTarget.value = waiting;
      view.say(waiting ? askForTarget : '');
    },
  });
  const list = new PointsList(
    (index) => points.remove(index),
    () => points.clear(),
  );
  const brush = new MaskBrush(stage, view, (mask) => store.do(paintMask(mask)));
  const tools = new Tools(stage, points, brush, view);
  button('mask-clear').addEventListener('click', () => store.do(clearMask));
  button('mask-invert').addEventListener('click', () => store.do(invertMask));
  const model = computed(() => store.document.value.model);
  effect(() => {
    if (!model.value) return;
    points.cancel();
    brush.fit();
    tools.enable();
  });
  effect(() => {
    if (!view.waitingForTarget.value) points.cancel();
  });
  effect(() => {
    const { points: pairs, mask } = store.document.value;
    points.sync(pairs);
    list.show(pairs);
    brush.sync(mask);
  });
}

/** Seed, truncation, class and style mixing. */
function choosePicture(editor: Editor): void {
  const { store, view } = editor;
  const controls = new PictureControls((source, goesOn) => {
    const from = view.wantedSource.peek() ?? store.document.peek().source;
    void editor.newPicture(source, changedPart(from, source), goesOn);
  });
  const model = computed(() => store.document.value.model);
  effect(() => controls.enable(model.value.weights.config, undefined));
  effect(() => {
    if (model.value) controls.show(view.wantedSource.value ?? store.document.value.source);
  });
}
