import type { Call } from '../engine/graph/reversal.ts';
import type { TensorStore } from '../engine/memory/tensors.ts';
import type { GeneratorConfig } from '../models/stylegan2/network/config.ts';

type Pictures = Pick<GeneratorConfig, 'height' | 'width' | 'imgChannels'>;

/** A loss of the tensor `image` (1, C, H, W) that a network makes. */
export interface ImageLoss {
  /** Calls that compute the loss from `image`, row by row; the gradient starts from them. */
  readonly calls: readonly Call[];
  /** The tensor that holds the loss as parts, to be summed. */
  readonly losses: string;
  /** Makes the tensors that the calls name besides `image`, and fills them. */
  readonly createTensors: (store: TensorStore) => void;
}

/** The pyramid ends where its larger side is this: what is coarser than its pixels is one level. */
const coarsest = 16;
/** Words between two levels' losses, so that each can be bound by itself; a multiple of what a binding begins at. */
const alignment = 64;

/** A level of the pyramid: its name, 0 for the finest, and its pixels. */
interface Level {
  readonly name: number;
  readonly height: number;
  readonly width: number;
}

/** The finest first. */
function pyramidLevels({ height, width }: Pictures): Level[] {
  const levels: Level[] = [{ name: 0, height, width }];
  for (let half = 2; Math.max(height, width) / half >= coarsest; half *= 2)
    levels.push({ name: levels.length, height: height / half, width: width / half });
  return levels;
}

const pictureOf = ({ name }: Level): string => `pyramid.${name}`;
const lossOf = ({ name }: Level): string => `image_losses.${name}`;

/**
 * How far `image` is from a picture: Σ over the levels of a Laplacian pyramid of mean |image − target|, every level
 * alike. A level of the Laplacian pyramid is the difference of a level of the pyramid and the next, coarser one.
 * @param target (channels, height, width), −1 to 1
 */
export function imageLoss(pictures: Pictures, target: ArrayLike<number>): ImageLoss {
  const { height, width, imgChannels } = pictures;
  const levels = pyramidLevels(pictures);
  return {
    calls: [
      {
        operation: 'image_difference',
        label: 'image_difference',
        sizes: { samples: 1, channels: imgChannels, height, width },
        tensors: {
          image: 'image',
          target_image: 'target_image',
          difference: pictureOf(levels[0]),
        },
      },
      ...levels.flatMap((level, i) => levelCalls(level, levels[i + 1], imgChannels)),
    ],
    losses: 'image_losses',
    createTensors(store) {
      store.create('target_image', 'map', [1, imgChannels, height, width], target);
      const room = (rows: number): number => alignment * Math.ceil(rows / alignment);
      const words = levels.reduce((sum, level) => sum + room(level.height), 0);
      store.create('image_losses', 'plain', [words]);
      let offset = 0;
      for (const level of levels) {
        store.slice(lossOf(level), 'image_losses', 4 * offset, 4 * level.height);
        offset += room(level.height);
      }
    },
  };
}

/** The loss of one level, and the next level; the last level is compared as it is. */
function levelCalls(level: Level, next: Level | undefined, channels: number): Call[] {
  const sizes = { samples: 1, channels, height: level.height, width: level.width };
  const laplacian = `laplacian.${level.name}`;
  const loss: Call = {
    operation: 'absolute_loss',
    label: lossOf(level),
    sizes,
    tensors: { x: next ? laplacian : pictureOf(level), losses: lossOf(level) },
  };
  if (!next) return [loss];
  return [
    {
      operation: 'pyramid_down',
      label: `pyramid_down.${level.name}`,
      sizes,
      tensors: { x: pictureOf(level), coarse: pictureOf(next) },
    },
    {
      operation: 'upsample',
      label: laplacian,
      sizes,
      tensors: { previous: pictureOf(next), rgb: pictureOf(level), image: laplacian },
    },
    loss,
  ];
}
