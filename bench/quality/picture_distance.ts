import { Plan } from '../../src/engine/graph/plan.ts';
import type { PixelImage } from '../../src/engine/memory/image.ts';
import { TensorStore } from '../../src/engine/memory/tensors.ts';
import { imageLoss } from '../../src/inversion/image_loss.ts';
import { imageValues } from '../../src/inversion/pixels.ts';
import type { Generator } from '../../src/models/stylegan2/device/generator.ts';

/**
 * How far two pictures of a generator are apart: the loss of inversions, Σ over the levels of a Laplacian pyramid of the
 * mean difference. It is not LPIPS, and its figures compare with those of no paper.
 */
export async function pictureDistance(
  { engine, config, arena, store: weights }: Generator,
  a: PixelImage,
  b: PixelImage,
): Promise<number> {
  const loss = imageLoss(config, imageValues(b, config));
  const store = new TensorStore(engine.device, weights);
  const shape = [1, config.imgChannels, config.height, config.width];
  store.create('image', 'map', shape, imageValues(a, config));
  loss.createTensors(store);
  const plan = await Plan.build({ calls: loss.calls }, { ...engine, store, arena });
  try {
    plan.submit(engine.device);
    return (await store.read(loss.losses)).reduce((sum, part) => sum + part, 0);
  } finally {
    plan.destroy();
    store.destroy();
  }
}
