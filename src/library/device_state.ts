import type { Engine } from '../engine/device.ts';
import { lostDevice } from '../engine/memory/mapping.ts';
import { DeviceLostError } from '../formats/errors.ts';

/** @throws DeviceLostError where the engine's device is lost or destroyed already */
export async function refuseLostDevice({ lost }: Pick<Engine, 'lost'>): Promise<void> {
  const isLost = await Promise.race([
    lost.then(() => true),
    // Whatever is settled already comes before a timer.
    new Promise<boolean>((resolve) => setTimeout(resolve, 0, false)),
  ]);
  if (isLost) throw new DeviceLostError(lostDevice);
}
