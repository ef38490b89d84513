import { DeviceLostError } from '../../formats/errors.ts';

/** What a person is told whose device is gone. */
export const lostDevice =
  'the graphics device was lost or destroyed; open another one, and load the model there';

/**
 * Waits until a buffer can be read.
 * @param size bytes from the start; by default all
 * @throws DeviceLostError where the device is lost, or the buffer is destroyed, before
 */
export async function mapForReading(buffer: GPUBuffer, size = buffer.size): Promise<void> {
  try {
    await buffer.mapAsync(GPUMapMode.READ, 0, size);
  } catch (cause) {
    // WebGPU says nothing more than that the mapping was aborted.
    throw new DeviceLostError(lostDevice, { cause });
  }
}
