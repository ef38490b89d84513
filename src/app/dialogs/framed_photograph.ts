import { batch, signal } from '@preact/signals';
import type { PixelImage } from '../../library/api.ts';
import { drawing, make } from '../dom/elements.ts';
import { type Alignment, alignmentMatrix, centred, type Extent } from './alignment.ts';

/** A photograph, and how it lies in the model's frame. */
export class FramedPhotograph {
  /** Undefined until one was opened. */
  readonly photograph = signal<ImageBitmap | undefined>(undefined);
  readonly alignment = signal<Alignment>(centred);
  /** Of the model's pictures. */
  readonly extent = signal<Extent>({ height: 1, width: 1 });

  /** @throws DOMException where the browser cannot read the picture */
  async open(file: Blob): Promise<void> {
    const photograph = overWhite(await createImageBitmap(file));
    this.photograph.peek()?.close();
    batch(() => {
      this.photograph.value = photograph;
      this.alignment.value = centred;
    });
  }

  /** The picture in the frame, of the size of the model's pictures. What the photograph leaves free is grey. */
  picture(): PixelImage {
    const { height, width } = this.extent.peek();
    const made = make('canvas', { width, height });
    this.draw(made);
    const { data } = drawing(made).getImageData(0, 0, width, height);
    return { width, height, rgba: new Uint8ClampedArray(data) };
  }

  /** Draws what is in the frame over all of a canvas of its proportions. */
  draw(onto: HTMLCanvasElement): void {
    const context = drawing(onto);
    context.resetTransform();
    context.fillStyle = '#808080';
    context.fillRect(0, 0, onto.width, onto.height);
    const photograph = this.photograph.value;
    if (!photograph) return;
    context.imageSmoothingQuality = 'high';
    context.setTransform(...alignmentMatrix(this.alignment.value, photograph, onto));
    context.drawImage(photograph, 0, 0);
  }
}

/** What is clear in a picture becomes white, as the command line has it, and not the grey of the frame. */
function overWhite(picture: ImageBitmap): ImageBitmap {
  const { width, height } = picture;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) return picture;
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, 0, 0);
  picture.close();
  return canvas.transferToImageBitmap();
}
