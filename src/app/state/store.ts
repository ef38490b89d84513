// The page's state in two parts that never mix:
//
//   Store   `document` (what is edited: document.ts), and what can be undone and redone. It changes by `do(command)`
//           (commands.ts has all commands) and, while a run goes on, by what the run has made.
//   View    signals of how it is looked at: tool, brush, status, whether it runs (view.ts). Anyone may set them.
//
// A view reads signals (`store.document.value.points`) in a component or an `effect`, and changes the document by
// `store.do(movePoint(0, 'target', [3, 4]))`. What takes the device's time first (another picture, another model, undo)
// is asked of the editor, which changes the document once it is there.
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { Command } from './commands.ts';
import type { Document } from './document.ts';
import { bytesBeyond } from './held_memory.ts';
import { History, type HistoryRecord } from './history.ts';

/** Bytes that undo and redo may hold: four official networks of 1024² in f32, or tens of thousands of edits. */
const historyBytes = 2 ** 29;

/** Why undo goes no further back than to the document that is there. */
export interface UndoEnd {
  /** The step that cannot be undone, in the imperative. */
  readonly label: string;
  /** Memory that undoing it would have needed, */
  readonly bytes: number;
  /** of this much that undo and redo may hold. */
  readonly limit: number;
}

/** The document, and the history over everything that a person changes in it. */
export class Store {
  readonly #history: History<Document>;
  readonly #document;
  readonly #limit: number;
  #advanced: ((document: Document) => Document) | undefined;
  #gesture = 0;
  readonly #undoLabel = signal<string | undefined>(undefined);
  readonly #redoLabel = signal<string | undefined>(undefined);
  readonly #undoEnd = signal<UndoEnd | undefined>(undefined);
  readonly document: ReadonlySignal<Document>;
  /** What undo takes back, in the imperative; undefined where there is nothing. */
  readonly undoLabel: ReadonlySignal<string | undefined> = this.#undoLabel;
  readonly redoLabel: ReadonlySignal<string | undefined> = this.#redoLabel;
  /** Undefined where there is a step to undo, or none was made yet. */
  readonly undoEnd: ReadonlySignal<UndoEnd | undefined> = this.#undoEnd;
  readonly canUndo = computed(() => this.#undoLabel.value !== undefined);
  readonly canRedo = computed(() => this.#redoLabel.value !== undefined);

  /**
   * @param limit bytes that undo and redo may hold
   * @param record the history of this document that was kept
   */
  constructor(document: Document, limit = historyBytes, record?: HistoryRecord<Document>) {
    this.#limit = limit;
    this.#history = new History(document, limit, bytesBeyond);
    if (record) this.#history.takeUp(record);
    this.#document = signal(document);
    this.document = this.#document;
    this.#tell();
  }

  /** The history with its document, to be kept. */
  get record(): HistoryRecord<Document> {
    return this.#history.record;
  }

  /** Numbers the gestures: what lasts from a press of the pointer, or a move of the focus, to the next. */
  get gesture(): number {
    return this.#gesture;
  }

  /** Steps that are made from now on do not merge with those before. */
  beginGesture(): void {
    this.#gesture++;
  }

  /**
   * Makes a step. While a run goes on, first takes over what it has come to.
   * @param gesture that asked for it: commands with the same key make one step within a gesture
   * @throws InputError for a value that cannot be used; nothing has changed then
   */
  do(command: Command, gesture = this.#gesture): void {
    this.advance();
    this.#history.do({
      label: command.label,
      apply: (document) => command.apply(document),
      mergeKey: keyOf(command, gesture),
    });
    this.#tell();
  }

  /** What a run makes from now on is a part of the command that was done last, within its gesture. */
  joinRun(command: Command, gesture = this.#gesture): void {
    this.#history.joinRun(keyOf(command, gesture));
  }

  /** The document that undo leads to; undefined where there is none. */
  get beforeLast(): Document | undefined {
    return this.#history.beforeLast;
  }

  /** The document that redo leads to. */
  get afterNext(): Document | undefined {
    return this.#history.afterNext;
  }

  /** Not while a run goes on. */
  undo(): void {
    this.#history.undo();
    this.#tell();
  }

  /** Not while a run goes on. */
  redo(): void {
    this.#history.redo();
    this.#tell();
  }

  /**
   * What the device does from now on is a step of the history.
   * @param advanced gives what the run has made of a document
   * @param goesOn with the run before, which a lost device has ended: they are one step
   */
  beginRun(advanced: (document: Document) => Document, goesOn = false): void {
    this.#advanced = advanced;
    this.#history.beginRun(goesOn);
  }

  /** Takes over what the run has come to, where there is one. */
  advance(): void {
    if (!this.#advanced) return;
    const document = this.#advanced(this.#history.present);
    const { edit } = document;
    this.#history.advance(document, edit ? `run to iteration ${edit.iterations}` : 'run');
    this.#tell();
  }

  /** Takes over what the run has come to, and ends its step. */
  endRun(): void {
    this.advance();
    this.#advanced = undefined;
    this.#history.endRun();
    this.#tell();
  }

  #tell(): void {
    batch(() => {
      this.#document.value = this.#history.present;
      this.#undoLabel.value = this.#history.undoLabel;
      this.#redoLabel.value = this.#history.redoLabel;
      const { undoLabel, letGo } = this.#history;
      this.#undoEnd.value =
        undoLabel === undefined && letGo
          ? { label: letGo.label, bytes: letGo.bytes, limit: this.#limit }
          : undefined;
    });
  }
}

/** Commands with the same key make one step of the history. */
const keyOf = ({ mergeKey }: Command, gesture: number): string | undefined =>
  mergeKey && `${mergeKey}, gesture ${gesture}`;
