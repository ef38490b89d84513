import type { Editor } from './editor.ts';
import { describeUndoEnd } from './state/describe.ts';
import type { Store } from './state/store.ts';
import type { Tool, View } from './state/view.ts';

/** What the actions act on. */
export interface ActionContext {
  readonly store: Store;
  readonly view: View;
  readonly editor: Pick<Editor, 'start' | 'stop' | 'undo' | 'redo' | 'reset'>;
  savePicture(): Promise<void>;
}

/** Something that a person does with a button or a key. Its functions read signals: what shows them follows those. */
export interface Action {
  /** On its button. */
  label(context: ActionContext): string;
  /** What it does, in a line, with what it acts on now. */
  hint(context: ActionContext): string;
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
}

/** One press of [ or ] changes the brush by this factor. */
const brushStep = 1.2;

export const actions = {
  run: {
    label: ({ view }) => (view.running.value ? 'Stop' : 'Start'),
    hint: () => 'Start and stop',
    keys: ['Space'],
    when: ({ store, view }) =>
      view.ready.value && (view.running.value || store.document.value.points.length > 0),
    do: ({ view, editor }) => (view.running.peek() ? editor.stop() : editor.start()),
    // Without points it asks for one.
    otherwise: ({ editor }) => editor.start(),
  },
  stop: {
    label: () => 'Stop',
    hint: () => 'Forget a handle without a target, or stop',
    keys: ['Escape'],
    when: ({ view }) => view.ready.value,
    do({ view, editor }) {
      if (view.waitingForTarget.peek()) view.waitingForTarget.value = false;
      else editor.stop();
    },
  },
  undo: {
    label: () => 'Undo',
    hint({ store }) {
      const end = store.undoEnd.value;
      return end ? describeUndoEnd(end) : withWhat('Undo', store.undoLabel.value);
    },
    keys: ['Ctrl+Z'],
    when: ({ store }) => store.canUndo.value,
    do: ({ editor }) => void editor.undo(),
    repeats: true,
  },
  redo: {
    label: () => 'Redo',
    hint: ({ store }) => withWhat('Redo', store.redoLabel.value),
    keys: ['Ctrl+Shift+Z', 'Ctrl+Y'],
    when: ({ store }) => store.canRedo.value,
    do: ({ editor }) => void editor.redo(),
    repeats: true,
  },
  reset: {
    label: () => 'Reset',
    hint: () => 'Back to the original image',
    keys: [],
    when: ({ store }) => store.document.value.ws !== store.document.value.initial.ws,
    do: ({ editor }) => void editor.reset(),
  },
  compare: {
    label: () => 'Compare',
    hint: () => 'Hold to see the original',
    keys: ['C'],
    when: ({ view }) => view.ready.value,
    do({ view }) {
      view.comparing.value = true;
    },
    end({ view }) {
      view.comparing.value = false;
    },
  },
  save: {
    label: () => 'Save',
    hint: () => 'Save the image as PNG',
    keys: ['Ctrl+S'],
    when: ({ view }) => view.ready.value,
    do: (context) => void context.savePicture(),
  },
  points: tool('points', 'Points', 'Place and move points', 'P'),
  mask: tool('mask', 'Mask', 'Paint what may move', 'M'),
  smaller: brush('Smaller brush', '[', (size) => Math.floor(size / brushStep)),
  larger: brush('Larger brush', ']', (size) => Math.ceil(size * brushStep)),
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

const withWhat = (deed: string, what: string | undefined): string =>
  what ? `${deed}: ${what}` : deed;
