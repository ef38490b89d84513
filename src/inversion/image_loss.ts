import type { Call } from '../engine/reversal.ts';
import type { TensorStore } from '../engine/tensors.ts';
import type { GeneratorConfig } from '../stylegan2/config.ts';
import type { ImageLoss } from './tuning_plans.ts';

type Pictures = Pick<GeneratorConfig, 'resolution' | 'imgChannels'>;

/** The pyramid ends at this side: what is coarser than its pixels is one level. */
const coarsest = 16;

/** Sides of the levels, the finest first. */
export function pyramidSides({ resolution }: Pictures): number[] {
  const sides = [resolution];
  while (sides[sides.length - 1] > coarsest) sides.push(sides[sides.length - 1] / 2);
  return sides;
}

const level = (side: number): string => `difference.${side}`;
const lossOf = (side: number): string => `image_losses.${side}`;

/**
 * The image loss as data: Σ over the levels of a Laplacian pyramid of mean |image − target_image|, every level alike.
 * Reads `image` and `target_image`; the levels' losses are `image_losses` (levels, 1).
 */
export function imageLossCalls(config: Pictures): Call[] {
  const sides = pyramidSides(config);
  const sizes = (side: number) => ({
    samples: 1,
    channels: config.imgChannels,
    height: side,
    width: side,
  });
  const [finest] = sides;
  const calls: Call[] = [
    {
      operation: 'image_difference',
      label: 'image_difference',
      sizes: sizes(finest),
      tensors: { image: 'image', target_image: 'target_image', difference: level(finest) },
    },
  ];
  for (const side of sides.slice(0, -1))
    calls.push({
      operation: 'pyramid_down',
      label: `pyramid_down.${side}`,
      sizes: sizes(side),
      tensors: { x: level(side), coarse: level(side / 2) },
    });
  for (const side of sides)
    calls.push({
      operation: 'laplacian_loss',
      label: `laplacian_loss.${side}`,
      sizes: sizes(side),
      tensors: {
        x: level(side),
        // The last level is all that is left.
        coarse: side === sides[sides.length - 1] ? 'nothing' : level(side / 2),
        loss: lossOf(side),
      },
      params: { weight: 1 },
    });
  return calls;
}

/**
 * Makes the tensors that `imageLossCalls` takes from a store besides `image`: the target, and what holds the losses.
 * @param target (channels, side, side), −1 to 1
 */
export function createImageLossTensors(
  store: TensorStore,
  config: Pictures,
  target: ArrayLike<number>,
): void {
  const { resolution, imgChannels } = config;
  const sides = pyramidSides(config);
  const last = sides[sides.length - 1];
  store.create('target_image', 'map', [1, imgChannels, resolution, resolution], target);
  store.create('nothing', 'map', [1, imgChannels, last / 2, last / 2]);
  store.create('image_losses', 'vector', [sides.length, 1]);
  for (const [row, side] of sides.entries()) store.view(lossOf(side), 'image_losses', row);
}

/** The same as pivotal tuning takes it. @param target (channels, side, side), −1 to 1 */
export const imageLossOf = (config: Pictures, target: ArrayLike<number>): ImageLoss => ({
  calls: imageLossCalls(config),
  losses: 'image_losses',
  createTensors: (store) => createImageLossTensors(store, config, target),
});
