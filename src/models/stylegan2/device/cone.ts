import type { CellList } from '../../../engine/graph/plan_request.ts';
import type { Call, EntryCall } from '../../../engine/graph/reversal.ts';
import type { TensorStore } from '../../../engine/memory/tensors.ts';
import { type Coverage, type Reach, tileSide } from '../../draggable.ts';
import { clip, follow, type Link, linkKinds, linksFrom, type Range } from './cone_links.ts';

/** All that determines the cone of a drag's iteration. Points and tiles together are `mostRectangles` at most. */
export interface ConeShape extends Reach {
  /** The block whose output is the feature map, by its name: 4, 8, 16, … */
  readonly block: number;
  /** Height and width of the feature map, in cells. */
  readonly height: number;
  readonly width: number;
  /** Height and width of the image, in pixels. */
  readonly imageHeight: number;
  readonly imageWidth: number;
}

/** The most rectangles that shaders/lib/cone.wgsl keeps. */
export const mostRectangles = 256;

/** Rows, or columns: what a link's map, the feature map and the image have of them. */
type Axis = 'height' | 'width';
const axes = ['height', 'width'] as const;

/** Words before a list's cells. */
const header = 4;
/** Words: a list begins at a multiple of 256 bytes. */
const alignment = 64;

interface PlacedList extends CellList {
  /** Where the list begins, in words. */
  readonly at: number;
}

/** The lists of both directions: where they lie, and how many cells they can have. */
export class ConeLayout implements Coverage {
  readonly #links: readonly Link[];
  readonly #shape: ConeShape;
  readonly #lists: Record<'forward' | 'backward', readonly PlacedList[]>;

  constructor(shape: ConeShape) {
    this.#shape = shape;
    this.#links = linksFrom(shape);
    this.#lists = { forward: this.#place('forward'), backward: this.#place('backward') };
  }

  /** Makes the tensors of the lists, and a name for each. */
  createTensors(store: TensorStore, device: GPUDevice): void {
    for (const direction of ['forward', 'backward'] as const) {
      const lists = this.#lists[direction];
      const words = Math.max(...lists.map(({ at, covered }) => at + header + covered));
      store.create(tensorOf(direction), 'plain', [words]);
      const links = store.create(`${tensorOf(direction)}.links`, 'plain', [lists.length, 5]);
      const values = this.#links.flatMap(({ kind, height, width, ring }, i) => [
        linkKinds[kind],
        height,
        width,
        ring,
        lists[i].at,
      ]);
      device.queue.writeBuffer(links.buffer, links.offset, new Uint32Array(values));
      for (const { name, at, covered } of lists)
        store.slice(name, tensorOf(direction), 4 * at, 4 * (header + covered));
    }
  }

  deleteTensors(store: TensorStore): void {
    for (const direction of ['forward', 'backward'] as const) {
      store.delete(tensorOf(direction));
      store.delete(`${tensorOf(direction)}.links`);
    }
  }

  /**
   * The call that makes the lists of a direction, from the tensors `positions`, `sampled_tiles`, `status`, `shifts`.
   */
  call(direction: 'forward' | 'backward'): Call {
    const { points, tiles, height, width, imageHeight, imageWidth, patchRadius, trackingRadius } =
      this.#shape;
    return {
      operation: direction === 'forward' ? 'forward_cone' : 'backward_cone',
      label: `cone ${direction}`,
      sizes: {
        points,
        tiles,
        bound_tiles: Math.max(1, tiles),
        height,
        width,
        image_height: imageHeight,
        image_width: imageWidth,
        radius: patchRadius,
        tracking_radius: trackingRadius,
        lists: this.#links.length,
        words: Math.max(...this.#lists[direction].map(({ at, covered }) => at + header + covered)),
      },
      tensors: {
        positions: 'positions',
        sampled_tiles: 'sampled_tiles',
        ...(direction === 'forward' ? { status: 'status' } : { shifts: 'shifts' }),
        links: `${tensorOf(direction)}.links`,
        cell_lists: tensorOf(direction),
      },
    };
  }

  /** The list of an entry point, by the map that it covers. */
  listOf({ call, operation, entry, direction }: EntryCall): CellList | undefined {
    const { over } = operation[direction][entry];
    if (over === undefined) return undefined;
    const map = call.maps?.[over];
    const at = this.#links.findIndex(({ layer }) => layer === map);
    return at < 0 ? undefined : this.#lists[direction][at];
  }

  /** The names of the lists, for those who count their cells. */
  get names(): string[] {
    return [...this.#lists.forward, ...this.#lists.backward].map(({ name }) => name);
  }

  #place(direction: 'forward' | 'backward'): PlacedList[] {
    let at = 0;
    return this.#links.map((link, index) => {
      const computed = this.#most(direction, index, 0);
      const covered = direction === 'backward' ? this.#most(direction, index, link.ring) : computed;
      const list = { name: `${tensorOf(direction)}.${link.layer}`, at, computed, covered };
      at += Math.ceil((header + covered) / alignment) * alignment;
      return list;
    });
  }

  /** The most cells (or blocks) that a list can have, with so many around each rectangle. */
  #most(direction: 'forward' | 'backward', index: number, around: number): number {
    const { points, tiles } = this.#shape;
    const inBlocks = direction === 'forward' && this.#links[index].kind === 'fir';
    const whole = axes.map((axis) => {
      const length = this.#links[index][axis];
      return inBlocks ? blocks(length) : length;
    });
    // The widest rectangle of a point, and of a tile; with the ring, where there is one.
    const widest = (ranges: (axis: Axis) => Range[]): number =>
      axes.reduce((area, axis) => {
        const lengths = ranges(axis).map((range) => {
          const [first, last] = this.#follow(range, index, axis);
          if (inBlocks) return Math.floor(last / 2) - Math.floor(first / 2) + 1;
          const length = this.#links[index][axis];
          const [low, high] = clip([first - around, last + around], length);
          return high - low + 1;
        });
        return area * Math.max(...lengths);
      }, 1);
    const ofPoints = points * widest((axis) => this.#pointRanges(direction, axis));
    const ofTiles = tiles * widest((axis) => this.#tileRanges(axis));
    return Math.min(ofPoints + ofTiles, whole[0] * whole[1]);
  }

  /** The cells of the feature map that handles can need, wherever they are, on one axis. */
  #pointRanges(direction: 'forward' | 'backward', axis: Axis): Range[] {
    const { patchRadius, trackingRadius } = this.#shape;
    const reach = trackingRadius + patchRadius + 1;
    return Array.from({ length: this.#pixels(axis) }, (_, position) => {
      // Backward, the shift may point to either side.
      const pixels: Range[] =
        direction === 'forward'
          ? [[position - reach, position + reach - 1]]
          : [-1, 0].map((shift) => [
              position - patchRadius + shift,
              position + patchRadius + shift,
            ]);
      return pixels.map((range) => this.#cellsOf(range, axis));
    }).flat();
  }

  /** The cells that sampled tiles can need, wherever they are, on one axis. */
  #tileRanges(axis: Axis): Range[] {
    const cells = this.#shape[axis];
    return Array.from({ length: Math.ceil(cells / tileSide) }, (_, tile) =>
      clip([tile * tileSide, (tile + 1) * tileSide], cells),
    );
  }

  /** From cells of the feature map to those of a list's map, on one axis. */
  #follow(range: Range, index: number, axis: Axis): Range {
    return this.#links
      .slice(1, index + 1)
      .reduce((cells, link) => follow(cells, link.kind, link[axis]), range);
  }

  #cellsOf(pixels: Range, axis: Axis): Range {
    const side = this.#pixels(axis);
    const cells = this.#shape[axis];
    const low = (pixel: number) =>
      Math.floor(Math.max((2 * pixel + 1) * cells - side, 0) / (2 * side));
    const [first, last] = clip(pixels, side);
    return [low(first), Math.min(low(last) + 1, cells - 1)];
  }

  /** Pixels of the image along an axis. */
  #pixels(axis: Axis): number {
    return axis === 'height' ? this.#shape.imageHeight : this.#shape.imageWidth;
  }
}

const blocks = (length: number): number => (length + 1) / 2;

const tensorOf = (direction: 'forward' | 'backward'): string =>
  direction === 'forward' ? 'cells' : 'd_cells';
