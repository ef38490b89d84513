import { imagePixels, type PixelImage } from './image.ts';
import { type DeviceTensor, readTensor } from './tensors.ts';

/**
 * Reads an image back from a device, for programs that draw it in another way than on a WebGPU canvas.
 * @param image (1, channels, height, width) as an `ImageSink` gets it; it may be overwritten as soon as this returns
 * @throws DOMException on a device that is lost
 */
export async function readImage(device: GPUDevice, image: DeviceTensor): Promise<PixelImage> {
  return imagePixels(await readTensor(device, image), image.shape);
}
