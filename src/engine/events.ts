/** Listeners by event; `Events` gives the type of each event's argument. */
export class Emitter<Events> {
  readonly #listeners = new Map<keyof Events, Set<(value: never) => void>>();

  /** @returns a function that removes the listener */
  on<Event extends keyof Events>(
    event: Event,
    listener: (value: Events[Event]) => void,
  ): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  emit<Event extends keyof Events>(event: Event, value: Events[Event]): void {
    for (const listener of this.#listeners.get(event) ?? [])
      (listener as (value: Events[Event]) => void)(value);
  }
}
