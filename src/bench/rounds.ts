import type { IterationRecord } from '../drag/device/records.ts';
import type { DragRun } from './drag_run.ts';
import { median } from './statistics.ts';

/** Iterations over a cone and over whole maps in turns, so that what else the machine does falls on both. */
export class Rounds {
  readonly local: number[] = [];
  readonly dense: number[] = [];
  /** Dense to local, of each round. */
  readonly ratios: number[] = [];

  /** @param known milliseconds of local iterations that were made: the first round takes these, where there are any */
  constructor(
    private readonly localRun: DragRun,
    private readonly denseRun: DragRun,
    private readonly localsInRound: number,
    private known: readonly number[] = [],
  ) {}

  /** @returns what the dense iteration gave */
  async next(): Promise<IterationRecord> {
    const own = [...this.known];
    this.known = [];
    if (own.length === 0)
      for (let i = 0; i < this.localsInRound; i++) own.push(await this.localRun.time());
    const { record, milliseconds } = await this.denseRun.timedTrace();
    this.local.push(...own);
    this.dense.push(milliseconds);
    this.ratios.push(milliseconds / median(own));
    return record;
  }

  /** What a round takes, in milliseconds; to be asked after one. */
  get cost(): number {
    return this.localsInRound * median(this.local) + median(this.dense);
  }
}
