/// <reference lib="dom.asynciterable" />
import type { ModelFile } from './model_source.ts';

/** What is known of a kept model without opening it. */
export interface ModelCard {
  readonly name: string;
  /** Of its file. */
  readonly bytes: number;
  /** Side of its pictures in pixels. */
  readonly resolution: number;
}

export interface KeptModel extends ModelCard {
  /** Of the library's own; two models may have one name. */
  readonly id: string;
}

const folderName = 'models';
const modelFile = (id: string): string => `${id}.model`;
const cardFile = (id: string): string => `${id}.json`;

/**
 * Models that the browser keeps for this page, in its private file system. Each is a file and a card beside it, which
 * is written last and deleted first: a model without a card was never wholly there, and is removed.
 */
export class ModelLibrary {
  /** @throws DOMException where the browser has no such storage, or keeps it closed (a private window) */
  async list(): Promise<KeptModel[]> {
    const folder = await this.#folder();
    const kept = await alone(async () => {
      const names = new Set<string>();
      for await (const name of folder.keys()) names.add(name);
      const whole: KeptModel[] = [];
      for (const id of new Set([...names].map((name) => name.split('.')[0]))) {
        const files = [cardFile(id), modelFile(id)].filter((name) => names.has(name));
        const card = files.length === 2 ? await readCard(folder, cardFile(id)) : undefined;
        if (card) whole.push({ ...card, id });
        else for (const name of files) await folder.removeEntry(name);
      }
      return whole;
    });
    return kept.sort((a, b) => a.name.localeCompare(b.name));
  }

  /**
   * Keeps a model, and asks the browser not to clear it away by itself.
   * @throws DOMException where there is no room, or the file was changed or removed since it was opened
   */
  async keep(card: ModelCard, file: Blob): Promise<void> {
    // A browser may refuse; then the model stays for as long as there is room.
    await navigator.storage.persist();
    const folder = await this.#folder();
    const id = crypto.randomUUID();
    await alone(async () => {
      try {
        await write(folder, modelFile(id), file);
        await write(folder, cardFile(id), JSON.stringify(card));
      } catch (error) {
        await folder.removeEntry(modelFile(id)).catch(() => {});
        throw error;
      }
    });
  }

  /** The model's file; it is read when it is opened. */
  async open({ id, name }: KeptModel): Promise<ModelFile> {
    const handle = await (await this.#folder()).getFileHandle(modelFile(id));
    return { name, blob: await handle.getFile() };
  }

  async delete({ id }: KeptModel): Promise<void> {
    const folder = await this.#folder();
    await alone(async () => {
      await folder.removeEntry(cardFile(id));
      await folder.removeEntry(modelFile(id));
    });
  }

  async #folder(): Promise<FileSystemDirectoryHandle> {
    const root = await navigator.storage.getDirectory();
    return root.getDirectoryHandle(folderName, { create: true });
  }
}

/** While no other tab changes the library: what it has half written is not to be taken for a leftover. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  return await navigator.locks.request('draggan-models', work);
}

async function readCard(
  folder: FileSystemDirectoryHandle,
  name: string,
): Promise<ModelCard | undefined> {
  const file = await (await folder.getFileHandle(name)).getFile();
  try {
    return JSON.parse(await file.text());
  } catch {
    // Cut while it was written.
    return undefined;
  }
}

async function write(
  folder: FileSystemDirectoryHandle,
  name: string,
  content: Blob | string,
): Promise<void> {
  const handle = await folder.getFileHandle(name, { create: true });
  const stream = await handle.createWritable();
  try {
    await stream.write(content);
    await stream.close();
  } catch (error) {
    await stream.abort().catch(() => {});
    throw error;
  }
}
