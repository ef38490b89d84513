import { ForwardRun } from '../../src/bench/forward_run.ts';
import { benchLatent, MeasuredDrag } from '../../src/bench/measured_drag.ts';
import { median } from '../../src/bench/statistics.ts';
import { type ObjectiveShape, objectiveShape } from '../../src/drag/device/objective_shape.ts';
import { startingOptions } from '../../src/drag/options.ts';
import type { PointPair } from '../../src/drag/points.ts';
import { dragShape } from '../../src/models/stylegan2/device/draggable.ts';
import type { Generator } from '../../src/models/stylegan2/device/generator.ts';

/** The tasks that are compared. */
export type Compared = 'forward' | 'iteration';
export const compared: readonly Compared[] = ['iteration', 'forward'];

const iterationsAtOnce = 3;

/** Our own picture and iteration of one point: the results to compare with, and times next to the peers'. */
export class Ours {
  /** Milliseconds of every run. */
  readonly times: Record<Compared, number[]> = { forward: [], iteration: [] };
  #image: Float32Array | undefined;

  private constructor(
    private readonly drag: MeasuredDrag,
    private readonly picture: ForwardRun,
    readonly shape: ObjectiveShape,
    readonly ws: Float32Array,
    readonly reference: Float32Array,
    /** The results of the iteration. */
    readonly results: {
      readonly loss: number;
      readonly gradient: Float32Array;
      readonly found: readonly [number, number];
    },
  ) {}

  static async begin(generator: Generator, point: PointPair): Promise<Ours> {
    const { config } = generator;
    const ws = benchLatent(config.numWs, config.wDim);
    const options = startingOptions(config);
    const drag = await MeasuredDrag.begin(generator, ws, [point], {
      coverage: 'cone',
      masked: false,
    });
    const picture = await ForwardRun.begin(generator);
    const { lossMotion, gradient, points } = await drag.trace();
    return new Ours(
      drag,
      picture,
      objectiveShape(dragShape(config), options, { points: 1, masked: false }),
      ws,
      await drag.loop.store.read('references'),
      {
        loss: lossMotion,
        gradient: gradient ?? new Float32Array(),
        found: points[0],
      },
    );
  }

  /** The picture. @throws RangeError before one was timed */
  get image(): Float32Array {
    if (!this.#image) throw new RangeError('there is no picture yet');
    return this.#image;
  }

  /**
   * Milliseconds of a picture, or the median of some iterations. Where time is short, the last picture's time is
   * returned again, and an iteration is run once.
   */
  async time(what: Compared, isShort: (milliseconds: number) => boolean): Promise<number> {
    const before = this.times[what].at(-1);
    const short = before !== undefined && isShort(before);
    if (what === 'forward' && short) return before;
    const own: number[] = [];
    const runs = what === 'forward' || short ? 1 : iterationsAtOnce;
    for (let i = 0; i < runs; i++)
      own.push(await (what === 'forward' ? this.picture.time() : this.drag.time()));
    this.times[what].push(...own);
    if (what === 'forward') this.#image ??= await this.picture.store.read('image');
    return median(own);
  }

  destroy(): void {
    this.picture.destroy();
    this.drag.destroy();
  }
}
