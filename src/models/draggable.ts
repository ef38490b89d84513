import type { Engine } from '../engine/device.ts';
import type { CellList } from '../engine/graph/plan_request.ts';
import type { Call, EntryCall } from '../engine/graph/reversal.ts';
import type { Arena } from '../engine/memory/arena.ts';
import type { PixelImage } from '../engine/memory/image.ts';
import type { Layout } from '../engine/memory/layouts.ts';
import type { TensorStore } from '../engine/memory/tensors.ts';
import type { ImageSink } from '../engine/present.ts';
import type { CoordinateSpace, DragDefaults } from '../options/drag_options.ts';

/** Rows and columns: of a picture in pixels, of a field in cells. */
export interface Extent {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
}

/** A part of a latent. A latent itself is one array: the values of all leaves, in their order, each row-major. */
export interface LatentLeaf {
  /** The tensor that the network's calls read it from. */
  readonly name: string;
  readonly layout: Layout;
  readonly shape: readonly number[];
  /** True if a drag changes it. What the network computes from the other leaves alone is computed once. */
  readonly trained: boolean;
  /**
   * Leaves of the same tie, all trained and of one shape, are one value in the latent space that options call `w`; in
   * `w+` each is its own.
   */
  readonly tie?: string;
}

/** What a latent was made from, as far as it is known: the z that some of its leaves follow. */
export interface LatentOrigin {
  /** z_dim values. */
  readonly z: Float32Array;
  /** For each leaf, how far it follows z: ψ where it is truncated, 1 where not, 0 where it came from elsewhere. */
  readonly strengths: readonly number[];
  /** The weight of each class; absent in a network without classes. */
  readonly classes?: Float32Array;
}

/** A latent, and what it was made from where that is known. */
export interface PlacedLatent {
  /** The values of all leaves (for StyleGAN2 num_ws · w_dim, row-major). */
  readonly ws: Float32Array;
  /** What it was made from, where that is known. */
  readonly origin?: LatentOrigin;
}

/** A part of a picture that is drawn as another latent has it. */
export interface KeptPart {
  /** The other latent. */
  readonly ws: Float32Array;
  /** A byte for each pixel, row by row, 1 = as the other latent has it. */
  readonly mask: Uint8Array;
}

/** How likely a latent is among those that the network's own prior makes. */
export interface Typicality {
  /**
   * P_N: the mean of the squared whitened principal coordinates. 1 is typical; the more, the further from what the
   * network was taught.
   */
  readonly pn: number;
  /** The share of the latent, 0 to 1, that lies where the prior makes next to nothing. */
  readonly outside: number;
}

/**
 * Other values that the trained leaves can be moved by: a vector, and the network from it to the leaves. They move the
 * leaves from where they are: with the vector that `begin` gives, `calls` make the latent that was written.
 */
export interface Coordinates {
  /** How many values the vector has: the drag's tensor `coordinates` (1, length), in the `vector` layout. */
  readonly length: number;
  /** From `coordinates` to the trained leaves. */
  readonly calls: readonly Call[];
  /** Run once after `begin`, when `coordinates` has what it gave. */
  readonly settling: readonly Call[];
  /** Makes the tensors that `calls` and `settling` read, other than `coordinates`, the leaves and the model's own. */
  createTensors(store: TensorStore): void;
  /**
   * Writes what `calls` make a latent from; its leaves are written already.
   * @returns the vector of that latent
   */
  begin(store: TensorStore, latent: PlacedLatent): Float32Array;
  /** What a latent comes from once the vector has these values; undefined where nothing is known of it. */
  moved(origin: LatentOrigin | undefined, values: Float32Array): LatentOrigin | undefined;
}

/**
 * A map of features that can be dragged. It covers the whole picture, whatever its extent: cell (i, j) of h × w stands
 * at pixel ((i + ½)·H/h − ½, (j + ½)·W/w − ½) of H × W, and values between cells are interpolated
 * (shaders/lib/resize_axis.wgsl).
 */
export interface Field {
  /** The tensor that the network's calls make: (1, channels, height, width) in the `map` layout. */
  readonly name: string;
  /** The name that stands for this map in the `maps` of calls. */
  readonly map: string;
  readonly channels: number;
  readonly extent: Extent;
}

/** Cells on a side of a tile of a field. shaders/lib/tiles.wgsl */
export const tileSide = 4;

/** The part of its field that an iteration reads. */
export interface Reach {
  /** Handles: the tensor `positions` (points, 2), row and column in pixels, says where they are. */
  readonly points: number;
  /** Tiles of `tileSide`² cells that are read whole: `sampled_tiles` (tiles, 4) says which. */
  readonly tiles: number;
  /**
   * Radius of a patch, in pixels. It is a disc around its handle, and is also read one pixel towards the target
   * (`shifts`).
   */
  readonly patchRadius: number;
  /** Half the side of a tracking window, a square around its handle, in pixels. */
  readonly trackingRadius: number;
}

/**
 * Which cells of its maps a network computes so that a field is right wherever an iteration reads it, and which carry a
 * gradient: lists that kernels make on the device, anew in each iteration.
 */
export interface Coverage {
  /** Makes the tensors of the lists. */
  createTensors(store: TensorStore, device: GPUDevice): void;
  /** Removes them. */
  deleteTensors(store: TensorStore): void;
  /**
   * The call that makes the lists of a direction, from `positions` and `sampled_tiles`; forward also from `status`, so
   * that nothing is computed once the drag has stopped (shaders/lib/status.wgsl), backward also from `shifts`.
   */
  call(direction: 'forward' | 'backward'): Call;
  /** The list that an entry point goes over; undefined where it goes over its whole map. */
  listOf(entry: EntryCall): CellList | undefined;
}

/**
 * A generator that can be dragged: all that a drag asks of one. Its network is data, so that a drag can put its losses
 * behind it, reverse it, and run only what it needs of it. Nothing here depends on how a drag goes.
 */
export interface Draggable {
  readonly engine: Engine;
  /** Weights and constants that its calls read. A drag makes its own tensors on top of these. */
  readonly store: TensorStore;
  /** Memory of short-lived tensors, shared with its own plans. */
  readonly arena: Arena;
  readonly picture: Extent;
  readonly leaves: readonly LatentLeaf[];
  /** The maps that can be dragged: at least one, coarse to fine. */
  readonly fields: readonly Field[];
  /** Options that were measured for this model; null for the usual ones. */
  readonly dragDefaults: DragDefaults | null;

  /** @throws InputError for a latent of another length, or with a value that is not finite */
  checkLatent(latent: ArrayLike<number>): void;

  /**
   * The network from its leaves to a field, one sample. Calls that no trained leaf has a part in are run once whenever
   * the leaves are set, all others in every iteration.
   */
  calls(field: Field): readonly Call[];

  /** Which cells an iteration needs. Maps are computed whole without this method, and where it returns undefined. */
  coverage?(field: Field, reach: Reach): Coverage | undefined;

  /**
   * The coordinates of a latent space other than the leaves' own. Without this method there are none.
   * @throws InputError where the network has no such space
   */
  coordinates?(space: CoordinateSpace): Promise<Coordinates>;

  /** What tells how typical a latent is: of the leaves that are trained, on average. Without this method nothing does. */
  typicality?(): Promise<(ws: Float32Array) => Typicality>;

  /**
   * Draws the picture of a latent, without a read-back.
   * @param kept what is drawn as another latent has it; a generator that cannot do so draws all of it anew
   * @throws InputError as `checkLatent`
   */
  present(latent: ArrayLike<number>, sink: ImageSink, kept?: KeptPart): Promise<void>;

  /** The picture of a latent, read back. @param kept as in `present` @throws InputError as `checkLatent` */
  image(latent: ArrayLike<number>, kept?: KeptPart): Promise<PixelImage>;
}
