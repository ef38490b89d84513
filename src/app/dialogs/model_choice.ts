import { signal } from '@preact/signals';
import type { ModelOpener } from '../files/model_opener.ts';
import type { ReadModel } from '../files/model_reader.ts';
import type { ModelFile } from '../files/model_source.ts';
import { LibraryShelf } from './library_shelf.ts';

/** The ways to another model: a file, an address, the library, and the demo. The status line tells how it goes. */
export class ModelChoice {
  readonly open = signal(false);
  readonly shelf: LibraryShelf;
  readonly #opener: ModelOpener;

  /** @param current gives the open model */
  constructor(opener: ModelOpener, current: () => ReadModel) {
    this.#opener = opener;
    this.shelf = new LibraryShelf(current);
  }

  show(): void {
    void this.shelf.read();
    this.open.value = true;
  }

  openFile(file: File): void {
    this.#leave(() => this.#opener.openFile(file));
  }

  openAddress(address: string): void {
    this.#leave(() => this.#opener.openAddress(address.trim()));
  }

  openKept(file: ModelFile): void {
    this.#leave(() => this.#opener.open(file));
  }

  openDemo(): void {
    this.#leave(() => this.#opener.openDemo());
  }

  #leave(open: () => Promise<unknown>): void {
    this.open.value = false;
    void open();
  }
}
