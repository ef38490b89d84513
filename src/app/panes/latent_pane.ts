import { type LatentFormat, type LatentShape, writeLatent } from '../../library/api.ts';
import { button, element, field } from '../dom/elements.ts';
import { saveFile } from '../files/save.ts';

/** What the pane needs of the page. */
export interface LatentMaterials {
  open(file: File): void;
  /** ws (num_ws · w_dim) of the picture as it is now, and what a file of it is called, without an ending. */
  current(): Promise<{ ws: Float32Array; shape: LatentShape; name: string }>;
  failed(error: unknown): void;
}

/** Latents as files: chosen to be opened, and saved. */
export class LatentPane {
  readonly #materials: LatentMaterials;
  readonly #format = element('latent-format', HTMLSelectElement);

  constructor(materials: LatentMaterials) {
    this.#materials = materials;
    const file = field('latent-file');
    file.addEventListener('change', () => {
      const chosen = file.files?.[0];
      // So that the same file can be chosen again.
      file.value = '';
      if (chosen) materials.open(chosen);
    });
    button('latent-open').addEventListener('click', () => file.click());
    button('latent-save').addEventListener('click', () => this.#save());
    for (const control of [button('latent-open'), button('latent-save'), this.#format])
      control.disabled = false;
  }

  async #save(): Promise<void> {
    try {
      const format = this.#format.value as LatentFormat;
      const { ws, shape, name } = await this.#materials.current();
      saveFile(new Blob([writeLatent(ws, shape, format)]), `${name}.${format}`);
    } catch (error) {
      this.#materials.failed(error);
    }
  }
}
