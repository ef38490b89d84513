import { type ReadonlySignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { PixelImage } from '../../library/api.ts';
import { drawing } from './elements.ts';

interface Properties {
  readonly id: string;
  /** What it shows, in words, for screen readers. */
  readonly label: string;
  readonly image: ReadonlySignal<PixelImage | undefined>;
  /** Pixels of the canvas until there is an image. */
  readonly extent: { readonly height: number; readonly width: number };
  /** The most that it is wide, as CSS says it. */
  readonly widest: string;
}

/** Shows an image, with one canvas pixel for each pixel of the image. */
export function PictureCanvas({ id, label, image, extent, widest }: Properties) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => {
    const shown = image.value;
    if (canvas.current && shown) drawImage(canvas.current, shown);
  });
  return (
    <canvas
      id={id}
      ref={canvas}
      width={extent.width}
      height={extent.height}
      style={{ maxWidth: widest }}
      role="img"
      aria-label={label}
    />
  );
}

/** Gives the canvas the image's size and pixels. */
export function drawImage(canvas: HTMLCanvasElement, image: PixelImage): void {
  canvas.width = image.width;
  canvas.height = image.height;
  drawing(canvas).putImageData(toImageData(image), 0, 0);
}

const toImageData = ({ rgba, width, height }: PixelImage): ImageData =>
  new ImageData(new Uint8ClampedArray(rgba), width, height);
