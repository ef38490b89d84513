import { signal } from '@preact/signals';

const holdsFiles = ({ dataTransfer }: DragEvent): boolean =>
  dataTransfer?.types.includes('Files') ?? false;

/** The whole window takes files that are dropped on it. */
export class DropZone {
  /** Whether a file is held over the window. */
  readonly held = signal(false);

  /** @param dropped gets the files, one or more */
  constructor(dropped: (files: readonly File[]) => void) {
    addEventListener('dragover', (event) => {
      if (!holdsFiles(event)) return;
      // Else the browser would open the file in the page's place.
      event.preventDefault();
      this.held.value = true;
    });
    addEventListener('dragleave', ({ relatedTarget }) => {
      if (relatedTarget === null) this.held.value = false;
    });
    addEventListener('drop', (event) => {
      this.held.value = false;
      if (!holdsFiles(event)) return;
      event.preventDefault();
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length > 0) dropped(files);
    });
  }
}
