import {
  type MachineBenchRequest,
  type MachineReport,
  runMachineBench,
} from '../../bench/machine.ts';
import matmul from '../../bench/matmul.wgsl?raw';
import { officialShape, officialSides, randomWeights } from '../../bench/networks.ts';
import { type Engine, openEngine } from '../../library/api.ts';
import type { GeneratorWeights } from '../../models/stylegan2/network/weights.ts';
import { shaderSource } from '../device/shaders.ts';
import type { Progress } from '../state/progress.ts';

/** What the page's benchmark measures. */
export interface BenchmarkChoice extends Omit<MachineBenchRequest, 'shapes'> {
  /** `demo`, or the side of an official network with random weights. */
  readonly shapes: readonly string[];
}

/** What it is measured on and with. */
export interface BenchmarkMaterials {
  readonly gpu: GPU;
  readonly demo: GeneratorWeights;
  /** The kernels that the page takes. */
  readonly variants: Engine['variants'];
}

/**
 * Benchmarks this machine, on a device of its own: neither memory that runs out nor a device that is lost comes in the
 * way of the edit, and all is freed at the end.
 * @throws NoAdapterError, DeviceLimitError; the signal's reason where it is aborted
 */
export async function benchmark(
  { gpu, demo, variants }: BenchmarkMaterials,
  { shapes, ...choice }: BenchmarkChoice,
  progress: Progress,
): Promise<MachineReport> {
  progress(undefined, 'opening a device');
  const engine = await openEngine(gpu, { shaders: shaderSource });
  engine.variants = variants;
  const lost = engine.lost.then(({ message }): never => {
    throw new Error(`the graphics device was lost (${message})`);
  });
  try {
    const request = {
      ...choice,
      shapes: shapes.map((name) => ({ name, weights: () => weightsOf(name, demo) })),
    };
    // Destroying the device ends at once what would be asked for its result only after minutes.
    const { signal } = choice;
    const cancelled = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    const measured = runMachineBench(engine, request, matmul, progress);
    return await Promise.race([measured, lost, cancelled]);
  } finally {
    lost.catch(() => {});
    engine.destroy();
  }
}

function weightsOf(name: string, demo: GeneratorWeights) {
  const side = officialSides.find((known) => String(known) === name);
  if (side) return randomWeights(officialShape(side));
  return demo;
}
