import type { Budget } from '../../src/bench/budget.ts';
import type { Progress } from '../../src/bench/iteration.ts';
import { relativeDifference, round } from '../../src/bench/statistics.ts';
import type { PointPair } from '../../src/drag/points.ts';
import { type Compared, compared, type Ours } from './ours.ts';
import type { Peer, PeerResult } from './peer.ts';

/** Largest relative differences from ours; null for a result that was not compared. */
export interface Differences {
  image: number | null;
  loss: number | null;
  gradient: number | null;
}

/** Exact formulations differ by rounding; the gradient by slopes that it flips as well. SPEC §7. */
const tolerances: Readonly<Record<keyof Differences, number>> = {
  image: 2e-5,
  loss: 1e-4,
  gradient: 5e-4,
};
/** If one of our runs takes a larger fraction of the time left, our runs next to a peer's are cut short. */
const largestPart = 1 / 20;

/** One peer against us: its results compared with ours, and times in turns. */
export class Contest {
  readonly times: Record<Compared, number[]> = { forward: [], iteration: [] };
  /** The peer's times over ours. */
  readonly ratios: Record<Compared, number[]> = { forward: [], iteration: [] };
  readonly differences: Differences = { image: null, loss: null, gradient: null };
  /** Why something is missing. */
  reason: string | null = null;
  #foundElsewhere = false;

  constructor(
    readonly name: string,
    private readonly ours: Pick<Ours, 'time' | 'results' | 'image' | 'shape'>,
    private readonly point: PointPair,
    private readonly budget: Budget,
    private readonly onProgress: Progress,
  ) {}

  /** True if all computed results equal ours; null if none was computed. */
  get equal(): boolean | null {
    const { differences } = this;
    const made = (['image', 'loss', 'gradient'] as const).filter((of) => differences[of] !== null);
    if (made.length === 0) return null;
    return !this.#foundElsewhere && made.every((of) => (differences[of] ?? 0) <= tolerances[of]);
  }

  /** Runs rounds of each task. Earlier results stay if a later task fails. @throws as `Peer.run` */
  async run(peer: Pick<Peer, 'run'>, repeats: number): Promise<void> {
    this.onProgress(`${this.name}: compiling`);
    const { ms } = await peer.run('warmup', this.budget.left);
    this.onProgress(`${this.name}: compiled in ${round(ms / 1000)} s`);
    for (let i = 0; i < repeats; i++) for (const task of compared) await this.#compete(peer, task);
  }

  async #compete(peer: Pick<Peer, 'run'>, task: Compared): Promise<void> {
    const isShort = (milliseconds: number) => milliseconds > largestPart * this.budget.left;
    const before = await this.ours.time(task, isShort);
    const result = await peer.run(task, this.budget.left);
    const after = task === 'iteration' ? await this.ours.time(task, isShort) : before;
    this.onProgress(`${this.name}: ${task} in ${round(result.ms)} ms`);
    this.times[task].push(result.ms);
    this.ratios[task].push(result.ms / ((before + after) / 2));
    if (task === 'forward') this.#compareImage(result);
    else this.#compareIteration(result);
  }

  #compareImage({ values }: PeerResult): void {
    this.#note('image', relativeDifference(values, this.ours.image));
  }

  #compareIteration({ loss, values, found }: PeerResult): void {
    const { results, shape } = this.ours;
    this.#note('loss', relativeDifference([loss], [results.loss]));
    this.#note('gradient', relativeDifference(values, results.gradient));
    const at = found.map((cell, axis) => this.point.handle[axis] + cell - shape.trackingRadius);
    if (at.join() !== results.found.join()) this.#foundElsewhere = true;
  }

  #note(of: keyof Differences, difference: number): void {
    this.differences[of] = Math.max(difference, this.differences[of] ?? 0);
  }
}
