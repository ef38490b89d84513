import { type Draggable, type Field, type Reach, tileSide } from '../../models/draggable.ts';
import { type DragOptions, imageRadius } from '../options.ts';

/** All that decides which kernels an iteration runs, and on what sizes. */
export interface ObjectiveShape extends Reach {
  /** The tensor of the features. */
  readonly field: string;
  /** Height and width of the feature map, in cells. */
  readonly height: number;
  readonly width: number;
  /** Channels of the feature map. */
  readonly channels: number;
  /** Height and width of the image, in pixels. */
  readonly imageHeight: number;
  readonly imageWidth: number;
  /** What is moved: the leaves, leaves of the same tie as one value, or other coordinates. */
  readonly space: DragOptions['space'];
  readonly masked: boolean;
  readonly regularized: boolean;
  /** Which cells are computed: those that the loss depends on, if the generator can tell them, or all. */
  readonly coverage: 'cone' | 'dense';
}

export function objectiveShape(
  generator: Pick<Draggable, 'picture' | 'fields'>,
  options: DragOptions,
  {
    points,
    masked,
    originKnown = false,
  }: { readonly points: number; readonly masked: boolean; readonly originKnown?: boolean },
): ObjectiveShape {
  const { picture } = generator;
  // The paper's radii are for square pictures. For others the larger side counts, as if they were padded to a square.
  const side = Math.max(picture.height, picture.width);
  const { name, channels, extent } = fieldAt(generator, options.featureBlock);
  const tiles = masked ? sampledTileCount(options.maskSampling, extent) : 0;
  return {
    points,
    field: name,
    height: extent.height,
    width: extent.width,
    channels,
    imageHeight: picture.height,
    imageWidth: picture.width,
    // On a small image the paper's radius rounds to nothing; a patch of no pixel would have no loss.
    patchRadius: Math.max(1, imageRadius(options.r1, side)),
    trackingRadius: imageRadius(options.r2, side),
    space: options.space === 'z' && !originKnown ? 'principal' : options.space,
    masked,
    tiles,
    regularized: options.regularization > 0,
    // The mask loss without sampling reads every cell.
    coverage: masked && tiles === 0 ? 'dense' : options.coverage,
  };
}

/** A generator's field, counted from the coarsest; its last one where it has fewer. */
const fieldAt = ({ fields }: Pick<Draggable, 'fields'>, index: number): Field =>
  fields[Math.min(index, fields.length - 1)];

/** Height and width of a feature map, in cells. */
type MapSize = Pick<ObjectiveShape, 'height' | 'width'>;

/** Rows and columns of tiles that cover the feature map. */
export const tileGrid = ({ height, width }: MapSize): { rows: number; columns: number } => ({
  rows: Math.ceil(height / tileSide),
  columns: Math.ceil(width / tileSide),
});

/** Tiles of the whole feature map. */
export function tileCount(map: MapSize): number {
  const { rows, columns } = tileGrid(map);
  return rows * columns;
}

/** How many tiles are sampled for a fraction of the map; 0 where the mask loss is computed whole. */
export function sampledTileCount(fraction: number, map: MapSize): number {
  return fraction === 0 ? 0 : Math.max(1, Math.round(fraction * tileCount(map)));
}
