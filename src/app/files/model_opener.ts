import type { Progress } from '../state/progress.ts';
import type { View } from '../state/view.ts';
import { type ReadFile, readFile } from './model_reader.ts';
import { fetchDemoModel, fetchModel, type ModelFile } from './model_source.ts';

type Fetch = (progress: Progress, signal: AbortSignal) => Promise<ModelFile>;

type Open = (read: ReadFile, progress: Progress) => Promise<unknown>;

/** Opens models, deltas and latents from files and addresses. Until one is read and checked the edit is as it was. */
export class ModelOpener {
  readonly #open: Open;
  readonly #view: View;
  #opening: AbortController | undefined;

  /** @param open puts what was read on the page */
  constructor(open: Open, view: View) {
    this.#open = open;
    this.#view = view;
  }

  openFile(file: File): Promise<void> {
    return this.open({ name: file.name, blob: file });
  }

  openAddress(address: string): Promise<void> {
    return this.#begin((progress, signal) => fetchModel(address, progress, signal));
  }

  openDemo(): Promise<void> {
    return this.#begin(fetchDemoModel);
  }

  open(file: ModelFile): Promise<void> {
    return this.#begin(async () => file);
  }

  /** Of several that are asked for one after the other only the last counts. What fails is said in the status line. */
  async #begin(fetch: Fetch): Promise<void> {
    this.#opening?.abort(new DOMException('Another model was opened.', 'AbortError'));
    const opening = new AbortController();
    const { signal } = opening;
    this.#opening = opening;
    try {
      const file = await fetch(this.#view.follow(''), signal);
      const progress = this.#view.follow(`${file.name}: `);
      const read = await readFile(file, progress, signal);
      signal.throwIfAborted();
      await this.#open(read, progress);
    } catch (error) {
      if (!signal.aborted) this.#view.fail(error);
    } finally {
      if (this.#opening === opening) this.#opening = undefined;
    }
  }
}
