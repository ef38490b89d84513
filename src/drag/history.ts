/** What undo and redo go back and forth over: the states before each edit, and those that were undone. */
export class History<State> {
  readonly #past: State[] = [];
  readonly #future: State[] = [];

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** Keeps the state before an edit; what was undone cannot be redone any more. */
  keep(before: State): void {
    this.#past.push(before);
    this.#future.length = 0;
  }

  /** The state before the last edit; `current` can then be redone. */
  undo(current: State): State | undefined {
    return move(this.#past, this.#future, current);
  }

  redo(current: State): State | undefined {
    return move(this.#future, this.#past, current);
  }

  clear(): void {
    this.#past.length = 0;
    this.#future.length = 0;
  }
}

function move<State>(from: State[], to: State[], current: State): State | undefined {
  const state = from.pop();
  if (state !== undefined) to.push(current);
  return state;
}
