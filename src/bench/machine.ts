import type { Engine } from '../engine/device.ts';
import type { GeneratorWeights } from '../models/stylegan2/network/weights.ts';
import { Budget } from './budget.ts';
import { describeEnvironment, type Environment } from './environment.ts';
import { type ForwardReport, runForwardBench } from './forward.ts';
import { runIterationBench } from './iteration.ts';
import type { IterationReport } from './iteration_report.ts';
import { measurePeaks, type Peaks } from './peaks.ts';

export interface MachineBenchRequest {
  readonly shapes: readonly {
    /** The network's name in the report: `512`, `demo`. */
    readonly name: string;
    readonly weights: () => GeneratorWeights;
  }[];
  /** Numbers of points to drag at once. */
  readonly points: readonly number[];
  /** True to time whole pictures, too. */
  readonly pictures: boolean;
  /** Seconds for each measurement. */
  readonly seconds: number;
  /** Ends the bench between two phases. */
  readonly signal?: AbortSignal;
}

/** All that one needs to judge a machine, and the measurements that it could not make with the reasons. */
export interface MachineReport extends Environment {
  readonly iterations: readonly IterationReport[];
  readonly pictures: readonly ForwardReport[];
  /** Peaks as measured here, for the kernels' fractions of the roofline; null if no pictures are timed. */
  readonly peaks: Peaks | null;
  readonly failed: readonly { readonly what: string; readonly reason: string }[];
}

/**
 * Iterations and pictures of several networks, one after the other.
 * @param matmul src/bench/matmul.wgsl
 * @param onProgress called with the fraction of the measurements that is done, and the name of the current one
 * @throws the signal's reason where it is aborted
 */
export async function runMachineBench(
  engine: Engine,
  request: MachineBenchRequest,
  matmul: string,
  onProgress: (fraction: number, what: string) => void = () => {},
): Promise<MachineReport> {
  const { shapes, points, pictures, seconds, signal } = request;
  const iterations: IterationReport[] = [];
  const forward: ForwardReport[] = [];
  const failed: { what: string; reason: string }[] = [];
  const measurements = shapes.length * (points.length + (pictures ? 1 : 0));
  let done = 0;
  const faults = new Faults(engine.device);
  let peaks: Peaks | null = null;
  const measure = async <Report>(
    what: string,
    into: Report[],
    run: (progress: (phase: string) => void) => Promise<Report>,
  ) => {
    try {
      const report = await run((phase) => onProgress(done / measurements, `${what}: ${phase}`));
      faults.check();
      into.push(report);
    } catch (error) {
      signal?.throwIfAborted();
      failed.push({ what, reason: error instanceof Error ? error.message : String(error) });
    }
    done++;
  };
  try {
    if (pictures) {
      onProgress(0, 'what the adapter can do at best');
      peaks = await measurePeaks(engine.device, matmul);
    }
    for (const { name, weights: read } of shapes) {
      onProgress(done / measurements, `${name}: weights`);
      await drawn();
      signal?.throwIfAborted();
      const weights = read();
      const shared = { shape: name, weights, signal };
      for (const count of points)
        await measure(
          `${name}, ${count} point${count === 1 ? '' : 's'}`,
          iterations,
          (progress) => {
            const own = { ...shared, points: count, budget: new Budget(seconds) };
            return runIterationBench(engine, own, progress);
          },
        );
      if (pictures)
        await measure(`${name}, picture`, forward, (progress) =>
          runForwardBench(engine, { ...shared, budget: new Budget(seconds) }, matmul, progress),
        );
    }
  } finally {
    faults.end();
  }
  return { ...describeEnvironment(engine), iterations, pictures: forward, peaks, failed };
}

/** Gives a page the time to draw its progress. */
const drawn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

/** Collects a device's uncaught errors, above all that memory ran out. */
class Faults {
  #message: string | undefined;
  readonly #listen = ({ error }: GPUUncapturedErrorEvent) => {
    this.#message ??= error.message;
  };

  constructor(private readonly device: GPUDevice) {
    device.addEventListener('uncapturederror', this.#listen);
  }

  /** @throws Error where there was a fault since the last time */
  check(): void {
    const message = this.#message;
    this.#message = undefined;
    if (message !== undefined) throw new Error(message);
  }

  end(): void {
    this.device.removeEventListener('uncapturederror', this.#listen);
  }
}
