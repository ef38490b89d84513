import { box } from '../dom/elements.ts';

/** The whole window takes files that are dropped on it, and says so while one is held over it. */
export class DropZone {
  readonly #veil = box('drop');

  /** @param dropped gets the first of the files */
  constructor(dropped: (file: File) => void) {
    const holdsFiles = ({ dataTransfer }: DragEvent): boolean =>
      dataTransfer?.types.includes('Files') ?? false;
    addEventListener('dragover', (event) => {
      if (!holdsFiles(event)) return;
      // Else the browser would open the file in the page's place.
      event.preventDefault();
      this.#veil.hidden = false;
    });
    addEventListener('dragleave', ({ relatedTarget }) => {
      if (relatedTarget === null) this.#veil.hidden = true;
    });
    addEventListener('drop', (event) => {
      this.#veil.hidden = true;
      if (!holdsFiles(event)) return;
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file) dropped(file);
    });
  }
}
