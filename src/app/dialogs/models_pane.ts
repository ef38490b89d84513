import { button, element, field } from '../dom/elements.ts';
import type { ModelOpener } from '../files/model_opener.ts';
import type { ReadModel } from '../files/model_reader.ts';
import { showKnownModels } from './known_models_list.ts';
import { LibraryList } from './library_list.ts';

/** The ways to another model: a file, an address, the library, and back to the demo; and where there are more. */
export class ModelsPane {
  readonly #dialog = element('models', HTMLDialogElement);

  /** @param current the open model */
  constructor(opener: ModelOpener, current: () => ReadModel) {
    const library = new LibraryList(current, (kept) => this.#leave(() => opener.open(kept)));
    showKnownModels();
    const file = field('model-file');
    file.addEventListener('change', () => {
      const chosen = file.files?.[0];
      // So that the same file can be chosen again.
      file.value = '';
      if (chosen) this.#leave(() => opener.openFile(chosen));
    });
    const actions: [string, () => void][] = [
      ['model-open', () => file.click()],
      [
        'models-open',
        () => {
          void library.show();
          this.#dialog.showModal();
        },
      ],
      ['models-close', () => this.close()],
      ['model-demo', () => this.#leave(() => opener.openDemo())],
    ];
    for (const [id, action] of actions) {
      button(id).addEventListener('click', action);
      button(id).disabled = false;
    }
    const address = field('model-address');
    element('model-address-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      this.#leave(() => opener.openAddress(address.value.trim()));
    });
  }

  close(): void {
    this.#dialog.close();
  }

  /** What becomes of it is said on the page. */
  #leave(open: () => Promise<void>): void {
    this.close();
    void open();
  }
}
