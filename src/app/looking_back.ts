import { type ReadonlySignal, signal } from '@preact/signals';
import type { Model } from '../library/api.ts';
import { goAlong } from './state/commands.ts';
import type { Document } from './state/document.ts';
import type { Store } from './state/store.ts';
import type { View } from './state/view.ts';

/** What it takes of the editor. */
interface Materials {
  readonly store: Store;
  readonly view: View;
  /** The document's, on the device. */
  model(): Model;
  /** Does `work` once nothing else is under way. */
  alone(work: () => Promise<void>): Promise<void>;
  /** Brings the device to a document. */
  goTo(document: Document): Promise<void>;
}

/** How a person looks back at what an edit came from: along the last run, and at the original beside the picture. */
export class LookingBack {
  readonly #materials: Materials;
  readonly #wanted = signal<Document | undefined>(undefined);
  /** Where along the run a person wants to go, until the device is there. */
  readonly wanted: ReadonlySignal<Document | undefined> = this.#wanted;

  constructor(materials: Materials) {
    this.#materials = materials;
  }

  /** Goes to where the last run has been. Of several that are asked for meanwhile only the last counts. */
  goAlong(to: Document): void {
    const going = this.#wanted.peek() !== undefined;
    this.#wanted.value = to;
    const { store, alone, goTo } = this.#materials;
    const { gesture } = store;
    if (going) return;
    void alone(async () => {
      try {
        let next: Document | undefined = to;
        while (next) {
          await goTo(next);
          store.do(goAlong(next), gesture);
          const wanted: Document | undefined = this.#wanted.peek();
          next = wanted === next ? undefined : wanted;
        }
      } finally {
        this.#wanted.value = undefined;
      }
    });
  }

  /** Has the view show the original beside the picture, or no longer. */
  async compare(shown: boolean): Promise<void> {
    const { store, view, model } = this.#materials;
    view.split.value = shown;
    if (!shown) return;
    view.original.value = undefined;
    try {
      view.original.value = await model().generate(store.document.peek().initial.ws);
    } catch (error) {
      view.split.value = false;
      view.fail(error);
    }
  }
}
