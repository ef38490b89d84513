/** What changes a state by one step of its history. */
export interface Step<State> {
  readonly label: string;
  apply(state: State): State;
  readonly mergeKey?: string | undefined;
}

/** A step that was made: the state on its far side, seen from the present. */
interface Entry<State> {
  readonly state: State;
  readonly label: string;
  /** Undefined for a step that nothing merges with any more. */
  readonly mergeKey: string | undefined;
  /** What `state` takes in memory beside its neighbour on the present's side. */
  readonly bytes: number;
}

/** A history, to be kept and taken up again: steps with the states on their far sides, the nearest last. */
export interface HistoryRecord<State> {
  readonly present: State;
  readonly past: readonly { readonly state: State; readonly label: string }[];
  readonly future: readonly { readonly state: State; readonly label: string }[];
}

/**
 * The present state and the way to it and back: any number of steps, as long as what they hold in memory stays within
 * bounds; beyond them the oldest go. A run, which changes the state by itself, is one step. Steps that a person makes
 * while it goes on part it; but those with the same key take in what the run did between them, and a run that joins a
 * step is a part of it.
 */
export class History<State> {
  #present: State;
  readonly #limit: number;
  readonly #bytesBeyond: (state: State, neighbour: State) => number;
  /** The oldest first; each with the state before its step. */
  #past: Entry<State>[] = [];
  /** The next to be redone last; each with the state after its step. */
  #future: Entry<State>[] = [];
  #running = false;
  /** Whether the last step of the past is the run's. */
  #runIsLast = false;
  /** Key of the step that the run is a part of. */
  #joined: string | undefined;
  /** The step of the run that ended last. */
  #lastRun: Entry<State> | undefined;
  /** The newest of the steps that were let go: what comes before the past. */
  #letGo: Entry<State> | undefined;

  /**
   * @param limit bytes that the past holds at most beside the present when a step is made
   * @param bytesBeyond the bytes of a state that its neighbour does not share
   */
  constructor(
    present: State,
    limit: number,
    bytesBeyond: (state: State, neighbour: State) => number,
  ) {
    this.#present = present;
    this.#limit = limit;
    this.#bytesBeyond = bytesBeyond;
  }

  get present(): State {
    return this.#present;
  }

  /** All of it, to be kept. */
  get record(): HistoryRecord<State> {
    const steps = (entries: readonly Entry<State>[]) =>
      entries.map(({ state, label }) => ({ state, label }));
    return { present: this.#present, past: steps(this.#past), future: steps(this.#future) };
  }

  /** Takes up what was kept, before any step is made. */
  takeUp({ past, future }: HistoryRecord<State>): void {
    const entries = (steps: HistoryRecord<State>['past']): Entry<State>[] =>
      steps.map(({ state, label }, at) => ({
        state,
        label,
        mergeKey: undefined,
        bytes: this.#bytesBeyond(state, steps[at + 1]?.state ?? this.#present),
      }));
    this.#past = entries(past);
    this.#future = entries(future);
    this.#trim();
  }

  /** What undo takes back; undefined where there is nothing. */
  get undoLabel(): string | undefined {
    return this.#past.at(-1)?.label;
  }

  get redoLabel(): string | undefined {
    return this.#future.at(-1)?.label;
  }

  /** The state that undo leads to. */
  get beforeLast(): State | undefined {
    return this.#past.at(-1)?.state;
  }

  /** The state that redo leads to. */
  get afterNext(): State | undefined {
    return this.#future.at(-1)?.state;
  }

  /** Where undo ends: the last step that was let go, with the bytes that it took; undefined where none was. */
  get letGo(): { readonly label: string; readonly bytes: number } | undefined {
    return this.#letGo;
  }

  /** Bytes that past and future hold beside the present. */
  get bytes(): number {
    return [...this.#past, ...this.#future].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * Makes a step; what was undone cannot be redone any more. One that changes nothing is none.
   * @throws what the step throws; nothing has changed then
   */
  do({ label, apply, mergeKey }: Step<State>): void {
    const after = apply(this.#present);
    if (after === this.#present) return;
    const merged = mergeKey === undefined ? undefined : this.#takeSteps(mergeKey);
    this.#push(merged ?? this.#present, after, label, mergeKey);
    this.#runIsLast = false;
  }

  /** A run begins. @param goesOn in the step of the run before it, where nothing was done since */
  beginRun(goesOn = false): void {
    this.#running = true;
    this.#runIsLast = goesOn && this.#lastRun !== undefined && this.#past.at(-1) === this.#lastRun;
  }

  /** What the run comes to is from now on a part of the last step, as long as that has this key; undefined: of none. */
  joinRun(mergeKey: string | undefined): void {
    this.#joined = mergeKey;
  }

  /** What the run has come to. */
  advance(after: State, label: string): void {
    if (!this.#running) throw new Error('no run has begun');
    if (after === this.#present) return;
    const joined = this.#past.at(-1);
    if (joined && this.#joined !== undefined && joined.mergeKey === this.#joined) {
      this.#past.pop();
      this.#push(joined.state, after, joined.label, joined.mergeKey);
      return;
    }
    const last = this.#runIsLast ? this.#past.pop() : undefined;
    this.#push(last?.state ?? this.#present, after, label, undefined);
    this.#runIsLast = true;
  }

  endRun(): void {
    this.#seal();
    this.#lastRun = this.#runIsLast ? this.#past.at(-1) : undefined;
    this.#running = false;
    this.#runIsLast = false;
    this.#joined = undefined;
  }

  /** Makes the last step undone. @returns whether there was one */
  undo(): boolean {
    return this.#go(this.#past, this.#future);
  }

  /** @returns whether there was a step to be made again */
  redo(): boolean {
    return this.#go(this.#future, this.#past);
  }

  /** Takes the steps with this key off the end, and what the run did since. @returns the state before them */
  #takeSteps(mergeKey: string): State | undefined {
    const last = this.#past.at(this.#runIsLast ? -2 : -1);
    if (last?.mergeKey !== mergeKey) return undefined;
    if (this.#runIsLast) this.#past.pop();
    this.#past.pop();
    return last.state;
  }

  #push(before: State, after: State, label: string, mergeKey: string | undefined): void {
    const bytes = this.#bytesBeyond(before, after);
    this.#past.push({ state: before, label, mergeKey, bytes });
    this.#future = [];
    this.#present = after;
    this.#trim();
  }

  #go(from: Entry<State>[], to: Entry<State>[]): boolean {
    if (this.#running) throw new Error('a run goes on: it is to end before the history moves');
    const entry = from.pop();
    if (!entry) return false;
    const bytes = this.#bytesBeyond(this.#present, entry.state);
    to.push({ state: this.#present, label: entry.label, mergeKey: undefined, bytes });
    this.#present = entry.state;
    this.#seal();
    return true;
  }

  /** Nothing merges with the last step any more. */
  #seal(): void {
    const last = this.#past.pop();
    if (last) this.#past.push({ ...last, mergeKey: undefined });
  }

  /** Lets the oldest steps go until the rest fits. Going back and forth holds nothing more: the states are the same. */
  #trim(): void {
    let { bytes } = this;
    let gone = 0;
    while (bytes > this.#limit) bytes -= this.#past[gone++].bytes;
    this.#letGo = this.#past.splice(0, gone).at(-1) ?? this.#letGo;
  }
}
