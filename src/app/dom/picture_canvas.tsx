import { type ReadonlySignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { PixelImage } from '../../library/api.ts';
import { drawing } from './elements.ts';

interface Properties {
  readonly id: string;
  /** What it shows, for who does not see it. */
  readonly label: string;
  readonly image: ReadonlySignal<PixelImage | undefined>;
}

/** Shows an image, with a pixel of its own for each of the image's. */
export function PictureCanvas({ id, label, image }: Properties) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => {
    const shown = image.value;
    if (canvas.current && shown) drawImage(canvas.current, shown);
  });
  return <canvas id={id} ref={canvas} width={1} height={1} role="img" aria-label={label} />;
}

/** Gives the canvas the image's size and pixels. */
export function drawImage(canvas: HTMLCanvasElement, image: PixelImage): void {
  canvas.width = image.width;
  canvas.height = image.height;
  drawing(canvas).putImageData(toImageData(image), 0, 0);
}

const toImageData = ({ rgba, width, height }: PixelImage): ImageData =>
  new ImageData(new Uint8ClampedArray(rgba), width, height);
