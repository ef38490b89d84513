import { box, button, make } from '../dom/elements.ts';
import { type KeptModel, ModelLibrary } from '../files/model_library.ts';
import type { ReadModel } from '../files/model_reader.ts';
import { demoName, type ModelFile, megabytes } from '../files/model_source.ts';
import { describe } from '../state/describe.ts';

/** The kept models as a list, each to be opened or deleted, and what they take. */
export class LibraryList {
  readonly #library = new ModelLibrary();
  readonly #list = box('library-list');
  readonly #status = box('library-status');
  readonly #keep = button('library-keep');
  readonly #current: () => ReadModel;
  readonly #open: (file: ModelFile) => void;

  /** @param current the open model, which can be kept */
  constructor(current: () => ReadModel, open: (file: ModelFile) => void) {
    this.#current = current;
    this.#open = open;
    this.#keep.addEventListener('click', () => void this.#try(() => this.#keepCurrent()));
  }

  /** Reads what is kept. */
  show(): Promise<void> {
    return this.#try(async () => {});
  }

  /** Does something to the library, and shows what has become of it, or why it could not be done. */
  async #try(change: () => Promise<void>): Promise<void> {
    this.#keep.disabled = true;
    try {
      await change();
      const kept = await this.#library.list();
      this.#list.replaceChildren(...kept.map((model) => this.#row(model)));
      const { name, blob } = this.#current();
      const known = kept.some((model) => model.name === name && model.bytes === blob.size);
      this.#keep.textContent = known ? `${name} is kept` : `Keep ${name}`;
      this.#keep.hidden = name === demoName;
      this.#keep.disabled = known;
      this.#status.textContent = await storageUsed();
    } catch (error) {
      this.#keep.disabled = false;
      this.#status.textContent = `The browser’s storage: ${describe(error)}`;
    }
  }

  async #keepCurrent(): Promise<void> {
    const { name, blob, weights } = this.#current();
    this.#status.textContent = `Keeping ${name}…`;
    const { resolution } = weights.config;
    await this.#library.keep({ name, bytes: blob.size, resolution }, blob);
  }

  #row(model: KeptModel): HTMLElement {
    const { name, bytes, resolution } = model;
    const act = (text: string, action: () => Promise<void>): HTMLButtonElement => {
      const made = make('button', { type: 'button', className: 'quiet' }, text);
      made.ariaLabel = `${text} ${name}`;
      made.addEventListener('click', () => void this.#try(action));
      return made;
    };
    return make(
      'li',
      {},
      make('span', {}, name),
      make(
        'small',
        {},
        resolution ? `${resolution} × ${resolution}, ${megabytes(bytes)}` : megabytes(bytes),
      ),
      act('Open', async () => this.#open(await this.#library.open(model))),
      act('Delete', () => this.#library.delete(model)),
    );
  }
}

async function storageUsed(): Promise<string> {
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  const lasting = (await navigator.storage.persisted())
    ? 'The browser keeps it until you delete it.'
    : 'The browser may clear it when the disk is full.';
  return `${megabytes(usage)} of storage used, of ${(quota / 1e9).toFixed(1)} GB that this page may have. ${lasting}`;
}
