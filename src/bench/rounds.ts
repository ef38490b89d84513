import type { IterationRecord } from '../drag/device/records.ts';
import type { MeasuredDrag } from './measured_drag.ts';
import { median } from './statistics.ts';

/** Iterations over a cone and over whole maps in turns, so that other load on the machine falls on both. */
export class Rounds {
  readonly local: number[] = [];
  readonly dense: number[] = [];
  /** Time of the dense iteration over the cone's, for each round. */
  readonly ratios: number[] = [];

  /** @param known milliseconds of cone iterations that were already made, which the first round counts */
  constructor(
    private readonly localRun: MeasuredDrag,
    private readonly denseRun: MeasuredDrag,
    private readonly localsInRound: number,
    private known: readonly number[] = [],
  ) {}

  /** Runs one round. @returns the record of the dense iteration */
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

  /** Milliseconds that a round takes; known after the first. */
  get cost(): number {
    return this.localsInRound * median(this.local) + median(this.dense);
  }
}
