import { computed, type ReadonlySignal } from '@preact/signals';
import { type Farness, farnessOf } from './farness.ts';
import { hintOf, type NextRun, nextRun, pointNotes, type Standing } from './guide.ts';
import type { Store } from './store.ts';
import type { View } from './view.ts';

/** What there is to be said of where the edit stands, as it changes. */
export class Guide {
  /** Undefined until it can be measured. */
  readonly farness: ReadonlySignal<Farness | undefined>;
  readonly hint: ReadonlySignal<string>;
  /** Of each point. */
  readonly notes: ReadonlySignal<readonly (string | undefined)[]>;
  /** What the run button does; undefined where there is nothing to run. */
  readonly next: ReadonlySignal<NextRun | undefined>;

  constructor(store: Store, view: View) {
    this.farness = computed(() => {
      const measure = view.measurePn.value;
      return measure && farnessOf(store.document.value, measure);
    });
    const standing = computed(
      (): Standing => ({
        document: store.document.value,
        running: view.running.value,
        waiting: view.waitingForTarget.value,
        pulling: view.pulling.value,
        slow: view.slow.value,
        outcome: view.outcome.value,
        farness: this.farness.value,
      }),
    );
    this.hint = computed(() => (view.ready.value ? hintOf(standing.value) : ''));
    this.notes = computed(() => pointNotes(standing.value));
    this.next = computed(() => nextRun(standing.value));
  }
}
