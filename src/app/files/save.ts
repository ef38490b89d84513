import type { PixelImage } from '../../library/api.ts';
import { make } from '../dom/elements.ts';
import { drawImage } from '../dom/picture_canvas.tsx';

/** Offers a picture as a PNG file, pixel for pixel. @throws Error where the browser cannot encode it */
export async function savePng(image: PixelImage, name: string): Promise<void> {
  const canvas = make('canvas');
  drawImage(canvas, image);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('the browser could not make a PNG of the picture');
  saveFile(blob, name);
}

/** Offers bytes as a file. */
export function saveFile(blob: Blob, name: string): void {
  const link = make('a', { href: URL.createObjectURL(blob), download: name });
  link.click();
  // The browser has taken the file by the next turn of its loop.
  setTimeout(() => URL.revokeObjectURL(link.href));
}
