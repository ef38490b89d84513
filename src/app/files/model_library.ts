/// <reference lib="dom.asynciterable" />
import { integer, maxLength, minLength, minValue, number, optional, pipe, string } from 'valibot';
import { objectOf, readJson } from '../../formats/json.ts';
import type { ModelFile } from './model_source.ts';

/** What is known of a kept model without opening it. */
export interface ModelCard {
  readonly name: string;
  /** Of its file. */
  readonly bytes: number;
  /** Pixels of its pictures; nothing where its card does not say it. */
  readonly picture?: { readonly height: number; readonly width: number };
}

export interface KeptModel extends ModelCard {
  /** Of the library's own; two models may have one name. */
  readonly id: string;
}

/** A file's name has at most as many bytes. */
const longestName = 1024;
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
        const card = files.length === 2 ? await readCard(folder, id) : undefined;
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

/**
 * What is known of a kept model. A card that another version of this page wrote says less, but its model can still be
 * opened and deleted.
 * @returns undefined for a card that was cut while it was written
 */
async function readCard(
  folder: FileSystemDirectoryHandle,
  id: string,
): Promise<ModelCard | undefined> {
  const contentOf = async (name: string) => (await folder.getFileHandle(name)).getFile();
  const text = await (await contentOf(cardFile(id))).text();
  const unknown = { name: 'a model without a name', bytes: (await contentOf(modelFile(id))).size };
  try {
    return readJson(text, card, { root: 'the card' });
  } catch {
    return isJson(text) ? unknown : undefined;
  }
}

const size = pipe(number(), integer(), minValue(1));
const card = objectOf({
  name: pipe(string(), minLength(1), maxLength(longestName)),
  bytes: size,
  picture: optional(objectOf({ height: size, width: size })),
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
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
