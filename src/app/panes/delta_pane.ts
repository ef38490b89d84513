import { box, button } from '../dom/elements.ts';
import type { FineTuned, ReadModel } from '../files/model_reader.ts';
import { saveFile } from '../files/save.ts';

/** Which delta the open model has, to be saved and to be removed. */
export class DeltaPane {
  readonly #box = box('tuned');
  #tuned: FineTuned | undefined;

  /** @param remove goes on with the model as its file has it */
  constructor(remove: (original: ReadModel) => void) {
    button('tuned-save').addEventListener('click', () => {
      if (!this.#tuned) return;
      const { name, bytes } = this.#tuned.delta;
      saveFile(new Blob([bytes]), name);
    });
    button('tuned-remove').addEventListener('click', () => {
      if (this.#tuned) remove(this.#tuned.original);
    });
  }

  show({ tuned }: ReadModel): void {
    this.#tuned = tuned;
    this.#box.hidden = tuned === undefined;
    box('tuned-name').textContent = tuned?.delta.name ?? '';
  }
}
