import { vi } from 'vitest';
import { openTestDevice } from './test_device.ts';

const arenas: GPUBuffer[] = [];

/** Remembers the short-lived memory of plans that are made from now on. */
export async function watchArenas(): Promise<void> {
  const device = await openTestDevice();
  const create = device.createBuffer.bind(device);
  vi.spyOn(device, 'createBuffer').mockImplementation((descriptor) => {
    const buffer = create(descriptor);
    if (descriptor.label?.startsWith('arena')) arenas.push(buffer);
    return buffer;
  });
}

/** Fills it with NaN: whatever reads what an iteration has not written shows. */
export async function poison(): Promise<void> {
  const { queue } = await openTestDevice();
  for (const buffer of arenas)
    queue.writeBuffer(buffer, 0, new Float32Array(buffer.size / 4).fill(Number.NaN));
}
