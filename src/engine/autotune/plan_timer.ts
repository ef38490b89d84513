import { dispatch, type Plan } from '../graph/plan.ts';
import { largestBinding } from '../memory/tensors.ts';
import { readTimestamps } from '../memory/timestamps.ts';

/** Milliseconds that the runs of one measurement take together: many of a browser's clock steps of 65.5 or 100 µs. */
const longEnough = 3;
const mostRuns = 32;
/** The most bytes that are written to empty the caches: no cache is larger. */
const mostFlushed = 128 * 2 ** 20;

/**
 * Times single runs of plans, in submissions of a few milliseconds, so that others who use the device get their turn.
 * Before each run as much memory is written as an iteration of a drag reads between two uses of a layer. So the layer's
 * weights are out of the caches, as they are in a drag.
 */
export class PlanTimer {
  readonly #device: GPUDevice;
  readonly #flushed: GPUBuffer;
  /** Number of runs of a plan in one measurement. */
  readonly #runs = new WeakMap<Plan, number>();
  readonly #warm = new WeakSet<GPUComputePipeline>();

  /** @param bytesBetween bytes that are read between two uses of a layer */
  constructor(device: GPUDevice, bytesBetween: number) {
    this.#device = device;
    const most = Math.min(mostFlushed, largestBinding(device), bytesBetween);
    this.#flushed = device.createBuffer({
      label: 'flushes the caches',
      size: Math.max(4, Math.floor(most / 4) * 4),
      usage: GPUBufferUsage.COPY_DST,
    });
  }

  /** Milliseconds of one run, on average over one measurement. */
  async time(plan: Plan): Promise<number> {
    const known = this.#runs.get(plan);
    if (known !== undefined) return this.#measure(plan, known);
    await this.#warmUp(plan);
    const once = await this.#measure(plan, 1);
    const runs = Math.min(once > 0 ? Math.ceil(longEnough / once) : mostRuns, mostRuns);
    this.#runs.set(plan, runs);
    return runs === 1 ? once : this.#measure(plan, runs);
  }

  destroy(): void {
    this.#flushed.destroy();
  }

  /** Dispatches new kernels once, unmeasured: some drivers compile a kernel at its first dispatch. */
  async #warmUp({ steps }: Plan): Promise<void> {
    const cold = steps.filter(({ kernel }) => !this.#warm.has(kernel.pipeline));
    if (cold.length === 0) return;
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const step of cold) {
      dispatch(pass, step);
      this.#warm.add(step.kernel.pipeline);
    }
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
    await this.#device.queue.onSubmittedWorkDone();
  }

  /**
   * Milliseconds of one run, from timestamps. They may advance in steps as long as a run; as runs begin anywhere within
   * a step, the mean is still right.
   */
  async #measure(plan: Plan, runs: number): Promise<number> {
    if (!this.#device.features.has('timestamp-query')) return this.#measureByWall(plan, runs);
    const nanoseconds = await readTimestamps(this.#device, runs, (encoder, writes) => {
      for (let run = 0; run < runs; run++) {
        encoder.clearBuffer(this.#flushed);
        plan.record(encoder, writes(run));
      }
    });
    return Math.max(0, nanoseconds.reduce((a, b) => a + b, 0) / runs / 1e6);
  }

  /** Milliseconds of one run, by the wall clock: a submission less one that only empties the caches. */
  async #measureByWall(plan: Plan, runs: number): Promise<number> {
    const submit = async (work: (encoder: GPUCommandEncoder) => void): Promise<number> => {
      const encoder = this.#device.createCommandEncoder();
      for (let run = 0; run < runs; run++) {
        encoder.clearBuffer(this.#flushed);
        work(encoder);
      }
      const commands = encoder.finish();
      await this.#device.queue.onSubmittedWorkDone();
      const began = performance.now();
      this.#device.queue.submit([commands]);
      await this.#device.queue.onSubmittedWorkDone();
      return performance.now() - began;
    };
    const whole = await submit((encoder) => plan.record(encoder));
    const flushes = await submit(() => {});
    return Math.max(0, (whole - flushes) / runs);
  }
}
