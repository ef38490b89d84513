import type { Editor } from './editor.ts';
import type { Stage } from './stage/stage.ts';
import { describeUndoEnd } from './state/describe.ts';
import type { NextRun } from './state/guide.ts';
import type { Store } from './state/store.ts';
import type { Tool, View } from './state/view.ts';

/** What the actions act on. */
export interface ActionContext {
  readonly store: Store;
  readonly view: View;
  readonly stage: Stage;
  readonly editor: Editor;
  savePicture(): Promise<void>;
  /** Leaves the file that is being opened. */
  cancelOpening(): void;
}

/** Something that a person does with a button or a key. Its functions read signals: what shows them follows those. */
export interface Action {
  /** On its button. */
  label(context: ActionContext): string;
  /** What it does, in a line, with what it acts on now. */
  hint(context: ActionContext): string;
  /** What its keys do, on the sheet of keys. */
  readonly what: string;
  /** Names of keys, such as `Space`, `Ctrl+Z` (⌘ counts as Ctrl), `[`. Buttons name the first. */
  readonly keys: readonly string[];
  /** Whether it can be done now. */
  when(context: ActionContext): boolean;
  do(context: ActionContext): void;
  /** What its key does where it cannot be done now. */
  otherwise?(context: ActionContext): void;
  /** Of an action that lasts as long as its button or key is held: what happens when it is let go. */
  end?(context: ActionContext): void;
  /** A key that is held down repeats it. */
  readonly repeats?: true;
  /** A double click does it once. */
  readonly oneClick?: true;
}

/** One press of [ or ] changes the brush by this factor. */
const brushStep = 1.2;
/** One press of + or - changes the picture's size by this factor. */
const zoomStep = 1.25;

/** What the run button says and does. */
const runs: Readonly<Record<NextRun, { readonly label: string; readonly hint: string }>> = {
  start: { label: 'Start', hint: 'Move the picture until every handle is at its target' },
  stop: { label: 'Stop', hint: 'Stop where the picture is now' },
  goOn: { label: 'Go on', hint: 'Go on towards the targets' },
  goFurther: {
    label: 'Go further',
    hint: 'Move the targets on by half of the way again, and run',
  },
};

export const actions = {
  run: {
    label: ({ editor }) => runs[editor.guide.next.value ?? 'start'].label,
    hint({ editor }) {
      const next = editor.guide.next.value;
      return next ? runs[next].hint : 'Runs once a spot and its target are chosen';
    },
    what: 'Start, go on, or stop',
    keys: ['Space'],
    when: ({ view, editor }) => view.ready.value && editor.guide.next.value !== undefined,
    do({ view, editor }) {
      const next = editor.guide.next.peek();
      if (view.running.peek()) editor.stop();
      else if (next === 'goFurther') editor.goFurther();
      else editor.start();
    },
    // What was said before gives way to the hint, which says what is needed.
    otherwise: ({ view }) => view.say(''),
    oneClick: true,
  },
  stop: {
    label: () => 'Stop',
    hint: () => 'Stop',
    what: 'Put back what is being pulled, forget a spot without a target, leave a file that is being opened, or stop',
    keys: ['Escape'],
    when: ({ view }) => view.ready.value,
    do({ view, editor, cancelOpening }) {
      if (view.opening.peek()) cancelOpening();
      else if (view.pulling.peek()) editor.takeBackPull();
      else if (view.waitingForTarget.peek()) view.waitingForTarget.value = false;
      else editor.stop();
    },
  },
  undo: {
    label: () => 'Undo',
    hint({ store }) {
      const end = store.undoEnd.value;
      return end ? describeUndoEnd(end) : withWhat('Undo', store.undoLabel.value);
    },
    what: 'Undo',
    keys: ['Ctrl+Z'],
    when: ({ store }) => store.canUndo.value,
    do: ({ editor }) => void editor.undo(),
    repeats: true,
  },
  redo: {
    label: () => 'Redo',
    hint: ({ store }) => withWhat('Redo', store.redoLabel.value),
    what: 'Redo',
    keys: ['Ctrl+Shift+Z', 'Ctrl+Y'],
    when: ({ store }) => store.canRedo.value,
    do: ({ editor }) => void editor.redo(),
    repeats: true,
  },
  reset: {
    label: () => 'Reset',
    hint: () => 'Back to the original image',
    what: 'Back to the original image',
    keys: [],
    when: ({ store }) => store.document.value.ws !== store.document.value.initial.ws,
    do: ({ editor }) => void editor.reset(),
  },
  compare: {
    label: () => 'Compare',
    hint: () => 'Hold to see the original',
    what: 'See the original, as long as it is held',
    keys: ['C'],
    when: ({ view }) => view.ready.value,
    do({ view }) {
      view.comparing.value = true;
    },
    end({ view }) {
      view.comparing.value = false;
    },
  },
  slide: {
    label: () => 'Before and after',
    hint: ({ view }) =>
      view.split.value ? 'Show the picture as it is now' : 'Move a border between before and now',
    what: 'See the original beside the picture',
    keys: ['V'],
    when: ({ view, store }) => {
      const { ws, initial } = store.document.value;
      return view.ready.value && (view.split.value || ws !== initial.ws);
    },
    do: ({ view, editor }) => void editor.lookingBack.compare(!view.split.peek()),
  },
  save: {
    label: () => 'Save',
    hint: () => 'Save the image as PNG',
    what: 'Save the image as PNG',
    keys: ['Ctrl+S'],
    when: ({ view }) => view.ready.value,
    do: (context) => void context.savePicture(),
  },
  points: tool('points', 'Points', 'Place and move points', 'P'),
  mask: tool('mask', 'Mask', 'Paint what may move', 'M'),
  help: {
    label: () => 'Keys and gestures',
    hint: () => 'What the keys do',
    what: 'This sheet',
    keys: ['?'],
    when: () => true,
    do({ view }) {
      view.helping.value = true;
    },
  },
  smaller: brush('Smaller brush', '[', (size) => Math.floor(size / brushStep)),
  larger: brush('Larger brush', ']', (size) => Math.ceil(size * brushStep)),
  zoomIn: zoom('+', 'Enlarge the picture', ['+', '='], (stage) => stage.zoom.peek() * zoomStep),
  zoomOut: zoom('−', 'Make the picture smaller', ['-'], (stage) => stage.zoom.peek() / zoomStep),
  fit: zoom('Fit', 'The whole picture', ['0'], () => 1),
  actual: zoom(
    '100 %',
    'One pixel of the picture for each of the display',
    ['1'],
    (stage) => stage.actualZoom,
  ),
} as const satisfies Record<string, Action>;

export type ActionName = keyof typeof actions;

/** A button's title: the hint, and in brackets the key that does the same. */
export function titleOf(action: Action, context: ActionContext): string {
  const [key] = action.keys;
  const hint = action.hint(context);
  return key ? `${hint} (${key})` : hint;
}

/** The brush's largest diameter: a third of the picture's side. */
export const largestBrush = (side: number): number => Math.round(side / 3);

function tool(name: Tool, label: string, hint: string, key: string): Action {
  return {
    label: () => label,
    hint: () => hint,
    what: hint,
    keys: [key],
    when: ({ view }) => view.ready.value,
    do({ view }) {
      view.tool.value = name;
    },
  };
}

function brush(hint: string, key: string, resized: (size: number) => number): Action {
  return {
    label: () => hint,
    hint: () => hint,
    what: hint,
    keys: [key],
    when: ({ view }) => view.ready.value,
    do({ store, view }) {
      const { resolution } = store.document.peek().model.weights.config;
      const size = resized(view.brushSize.peek());
      view.brushSize.value = Math.max(1, Math.min(size, largestBrush(resolution)));
    },
    repeats: true,
  };
}

function zoom(
  label: string,
  hint: string,
  keys: readonly string[],
  wanted: (stage: Stage) => number,
): Action {
  return {
    label: () => label,
    hint: () => hint,
    what: hint,
    keys,
    when: ({ view }) => view.ready.value,
    do: ({ stage }) => stage.zoomTo(wanted(stage)),
    repeats: true,
  };
}

const withWhat = (deed: string, what: string | undefined): string =>
  what ? `${deed}: ${what}` : deed;
