import type { Progress } from '../state/progress.ts';
import type { View } from '../state/view.ts';
import { type ReadFile, readFile } from './model_reader.ts';
import { demoName, fetchDemoModel, fetchModel, type ModelFile } from './model_source.ts';

type Fetch = (progress: Progress, signal: AbortSignal) => Promise<ModelFile>;

type Open = (read: ReadFile, progress: Progress, signal: AbortSignal) => Promise<unknown>;

/** What a file was that was to be opened, or why it could not be. */
export type OpenedFile =
  | { readonly name: string; readonly kind: ReadFile['kind'] }
  | { readonly name: string; readonly error: unknown };

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

  openFile(file: File): Promise<OpenedFile | undefined> {
    return this.open({ name: file.name, blob: file });
  }

  openAddress(address: string): Promise<OpenedFile | undefined> {
    return this.#begin(address, (progress, signal) => fetchModel(address, progress, signal));
  }

  openDemo(): Promise<OpenedFile | undefined> {
    return this.#begin(demoName, fetchDemoModel);
  }

  open(file: ModelFile): Promise<OpenedFile | undefined> {
    return this.#begin(file.name, async () => file);
  }

  /** Leaves the edit as it was. */
  cancel(): void {
    if (!this.#opening) return;
    this.#opening.abort(new DOMException('Another model was opened.', 'AbortError'));
    this.#end(this.#opening);
    this.#view.say('Not opened: the picture is as it was.');
  }

  /**
   * Of several that are asked for one after the other only the last counts. What fails is said in the status line.
   * @returns undefined where it was cancelled
   */
  async #begin(name: string, fetch: Fetch): Promise<OpenedFile | undefined> {
    this.#opening?.abort(new DOMException('Another model was opened.', 'AbortError'));
    const opening = new AbortController();
    const { signal } = opening;
    this.#opening = opening;
    this.#view.opening.value = true;
    const tell = (prefix: string): Progress => {
      const follow = this.#view.follow(prefix, ' Esc cancels.');
      return (fraction, what) => {
        if (!signal.aborted) follow(fraction, what);
      };
    };
    try {
      const file = await fetch(tell(''), signal);
      const progress = tell(`${file.name}: `);
      const read = await readFile(file, progress, signal);
      signal.throwIfAborted();
      await this.#open(read, progress, signal);
      return signal.aborted ? undefined : { name: file.name, kind: read.kind };
    } catch (error) {
      if (signal.aborted) return undefined;
      this.#view.fail(error);
      return { name, error };
    } finally {
      this.#end(opening);
    }
  }

  #end(opening: AbortController): void {
    if (this.#opening !== opening) return;
    this.#opening = undefined;
    this.#view.opening.value = false;
  }
}
