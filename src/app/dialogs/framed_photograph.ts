import { batch, signal } from '@preact/signals';
import type { PixelImage } from '../../library/api.ts';
import { drawing, make } from '../dom/elements.ts';
import { type Alignment, alignmentMatrix, centred } from './alignment.ts';

/** A photograph, and how it lies in the model's frame. */
export class FramedPhotograph {
  /** Undefined until one was opened. */
  readonly photograph = signal<ImageBitmap | undefined>(undefined);
  readonly alignment = signal<Alignment>(centred);

  /** @throws DOMException where the browser cannot read the picture */
  async open(file: Blob): Promise<void> {
    const photograph = await createImageBitmap(file);
    this.photograph.peek()?.close();
    batch(() => {
      this.photograph.value = photograph;
      this.alignment.value = centred;
    });
  }

  /**
   * The picture in the frame, with as many pixels as the model has. What the photograph leaves free is grey. Of the square
   * frame, a model whose pictures are not square gets the middle that has their proportions.
   */
  picture({ height, width }: { readonly height: number; readonly width: number }): PixelImage {
    const side = Math.max(height, width);
    const made = make('canvas', { width: side, height: side });
    this.draw(made);
    const [left, top] = [(side - width) >> 1, (side - height) >> 1];
    const { data } = drawing(made).getImageData(left, top, width, height);
    return { width, height, rgba: new Uint8ClampedArray(data) };
  }

  /** Draws what is in the frame over all of a square canvas. */
  draw(onto: HTMLCanvasElement): void {
    const context = drawing(onto);
    context.resetTransform();
    context.fillStyle = '#808080';
    context.fillRect(0, 0, onto.width, onto.height);
    const photograph = this.photograph.value;
    if (!photograph) return;
    context.imageSmoothingQuality = 'high';
    context.setTransform(...alignmentMatrix(this.alignment.value, photograph, onto.width));
    context.drawImage(photograph, 0, 0);
  }
}
