import { signal } from '@preact/signals';
import { type KeptModel, ModelLibrary } from '../files/model_library.ts';
import type { ReadModel } from '../files/model_reader.ts';
import { demoName, type ModelFile, megabytes } from '../files/model_source.ts';
import { describe } from '../state/describe.ts';

/** The open model, as one that can be kept. */
export interface Keepable {
  readonly name: string;
  /** It is kept already. */
  readonly kept: boolean;
}

/** The models that the browser keeps, and what they take. */
export class LibraryShelf {
  readonly models = signal<readonly KeptModel[]>([]);
  readonly status = signal('');
  /** Something is being done to the library. */
  readonly busy = signal(true);
  /** Undefined for the demo model, which needs no keeping, and until the library was read. */
  readonly current = signal<Keepable | undefined>(undefined);
  readonly #library = new ModelLibrary();
  readonly #open: () => ReadModel;

  /** @param open gives the open model */
  constructor(open: () => ReadModel) {
    this.#open = open;
  }

  /** Reads what is kept. */
  read(): Promise<void> {
    return this.#try(async () => {});
  }

  /** Keeps the open model. */
  keep(): Promise<void> {
    return this.#try(async () => {
      const { name, blob, weights } = this.#open();
      this.status.value = `Keeping ${name}…`;
      const { height, width } = weights.config;
      await this.#library.keep({ name, bytes: blob.size, picture: { height, width } }, blob);
    });
  }

  /** @param take gets the model's file */
  open(model: KeptModel, take: (file: ModelFile) => void): Promise<void> {
    return this.#try(async () => take(await this.#library.open(model)));
  }

  delete(model: KeptModel): Promise<void> {
    return this.#try(() => this.#library.delete(model));
  }

  /** Does something to the library, and tells what has become of it, or why it could not be done. */
  async #try(change: () => Promise<void>): Promise<void> {
    this.busy.value = true;
    try {
      await change();
      const models = await this.#library.list();
      this.models.value = models;
      const { name, blob } = this.#open();
      const kept = models.some((model) => model.name === name && model.bytes === blob.size);
      this.current.value = name === demoName ? undefined : { name, kept };
      this.status.value = await storageUsed();
    } catch (error) {
      this.status.value = `The browser’s storage: ${describe(error)}`;
    } finally {
      this.busy.value = false;
    }
  }
}

async function storageUsed(): Promise<string> {
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  const lasting = (await navigator.storage.persisted())
    ? 'The browser keeps it until you delete it.'
    : 'The browser may clear it when the disk is full.';
  return `${megabytes(usage)} of storage used, of ${(quota / 1e9).toFixed(1)} GB that this page may have. ${lasting}`;
}
