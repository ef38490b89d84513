import type { Call } from '../engine/graph/reversal.ts';
import type { TensorStore } from '../engine/memory/tensors.ts';
import type { GeneratorConfig } from '../models/stylegan2/network/config.ts';

type Pictures = Pick<GeneratorConfig, 'resolution' | 'imgChannels'>;

/** A loss of the tensor `image` (1, C, H, W) that a network makes. */
export interface ImageLoss {
  /** They read `image`, and are losses by their rows: its gradient starts from them. */
  readonly calls: readonly Call[];
  /** The tensor that holds the loss, in parts. */
  readonly losses: string;
  /** Makes the tensors that the calls name besides `image`, and fills them. */
  readonly createTensors: (store: TensorStore) => void;
}

/** The pyramid ends at this side: what is coarser than its pixels is one level. */
const coarsest = 16;
/** Words between two levels' losses, so that each can be bound by itself; a multiple of what a binding begins at. */
const alignment = 64;

/** Sides of the levels, the finest first. */
function pyramidSides(resolution: number): number[] {
  const sides = [resolution];
  for (let side = resolution / 2; side >= coarsest; side /= 2) sides.push(side);
  return sides;
}

const level = (side: number): string => `pyramid.${side}`;
const lossOf = (side: number): string => `image_losses.${side}`;

/**
 * How far `image` is from a picture: Σ over the levels of a Laplacian pyramid of mean |image − target|, every level alike.
 * A level of the Laplacian pyramid is what a level of the pyramid has and the next one has not.
 * @param target (channels, side, side), −1 to 1
 */
export function imageLoss(
  { resolution, imgChannels }: Pictures,
  target: ArrayLike<number>,
): ImageLoss {
  const sides = pyramidSides(resolution);
  return {
    calls: [
      {
        operation: 'image_difference',
        label: 'image_difference',
        sizes: { samples: 1, channels: imgChannels, height: resolution, width: resolution },
        tensors: { image: 'image', target_image: 'target_image', difference: level(resolution) },
      },
      ...sides.flatMap((side, i) => levelCalls(side, imgChannels, i === sides.length - 1)),
    ],
    losses: 'image_losses',
    createTensors(store) {
      store.create('target_image', 'map', [1, imgChannels, resolution, resolution], target);
      const room = (side: number): number => alignment * Math.ceil(side / alignment);
      const words = sides.reduce((sum, side) => sum + room(side), 0);
      store.create('image_losses', 'plain', [words]);
      let offset = 0;
      for (const side of sides) {
        store.slice(lossOf(side), 'image_losses', 4 * offset, 4 * side);
        offset += room(side);
      }
    },
  };
}

/** The loss of one level, and the next level unless it is the last, which is all that is left. */
function levelCalls(side: number, channels: number, isLast: boolean): Call[] {
  const sizes = { samples: 1, channels, height: side, width: side };
  const laplacian = `laplacian.${side}`;
  const loss: Call = {
    operation: 'absolute_loss',
    label: lossOf(side),
    sizes,
    tensors: { x: isLast ? level(side) : laplacian, losses: lossOf(side) },
  };
  if (isLast) return [loss];
  return [
    {
      operation: 'pyramid_down',
      label: `pyramid_down.${side}`,
      sizes,
      tensors: { x: level(side), coarse: level(side / 2) },
    },
    {
      operation: 'upsample',
      label: laplacian,
      sizes,
      tensors: { previous: level(side / 2), rgb: level(side), image: laplacian },
    },
    loss,
  ];
}
