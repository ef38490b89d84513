import type { PlanRow } from './plan_report.ts';

/** Milliseconds, as a model of a GPU gives them: nothing was measured. */
export interface ModelledTime {
  readonly low: number;
  readonly central: number;
  readonly high: number;
}

/** What a model of a GPU knows. Times in µs, with a low, a central and a high guess. */
interface GpuModel {
  /** Bytes a µs from memory, and from the cache that all processors share. */
  readonly memory: number;
  readonly cache: number;
  /** Floating-point operations a µs, as the data sheet has them. */
  readonly peak: number;
  /** From asking memory for a word until it is there. */
  readonly latency: number;
  /** What one barrier between dispatches costs, and the least that a dispatch takes. */
  readonly gap: readonly [number, number, number];
  readonly least: readonly [number, number, number];
  /** Bytes a µs that one of its processors reads. */
  readonly processor: number;
}

/**
 * Memory and peak from data sheets; the cache's rate, latency and gaps from published microbenchmarks and WebGPU traces,
 * good to a factor of two together.
 */
const models: Readonly<Record<string, GpuModel>> = {
  'RTX 3090': {
    ...{ memory: 936e3, cache: 2e6, peak: 35.6e6, latency: 0.35, processor: 100e3 },
    ...{ gap: [1.5, 2.5, 4], least: [1.5, 2.5, 3.5] },
  },
  H200: {
    ...{ memory: 4.8e6, cache: 5.5e6, peak: 60e6, latency: 0.4, processor: 110e3 },
    ...{ gap: [1.5, 2.5, 4], least: [1.5, 2.5, 3.5] },
  },
  'M2, 10 cores': {
    ...{ memory: 100e3, cache: 300e3, peak: 3.6e6, latency: 0.5, processor: 60e3 },
    ...{ gap: [2, 4, 8], least: [2, 3, 5] },
  },
  'Arc A770': {
    ...{ memory: 560e3, cache: 1.5e6, peak: 17e6, latency: 0.7, processor: 60e3 },
    ...{ gap: [3, 6, 10], least: [2, 3.5, 6] },
  },
};

const guesses = ['low', 'central', 'high'] as const;
/** Steps of a loop whose loads are under way at once. */
const inFlight = [8, 2, 1];
/** The part of a bandwidth that is reached. */
const fromMemory = [1, 0.75, 0.5];
const fromCache = [1, 0.7, 0.5];
/** The part of the peak that is reached with few cells, and with many. */
const fewCells = [0.4, 0.2, 0.1];
const manyCells = [0.25, 0.12, 0.06];
const many = 400;

/**
 * What the dispatches would take on some GPUs. A dispatch takes as long as the longest of its chain of dependent loads,
 * its bytes and its products; those without a barrier between them run side by side.
 */
export function modelledTimes(rows: readonly PlanRow[]): Record<string, ModelledTime> {
  return Object.fromEntries(
    Object.entries(models).map(([name, model]) => {
      const [low, central, high] = guesses.map((_, guess) => total(rows, model, guess));
      return [name, { low, central, high }];
    }),
  );
}

function total(rows: readonly PlanRow[], model: GpuModel, guess: number): number {
  let sum = 0;
  let current = 0;
  for (const row of rows) {
    if (row.barrier) {
      sum += current + model.gap[guess];
      current = 0;
    }
    current = Math.max(current, cost(row, model, guess));
  }
  return Number(((sum + current) / 1000).toPrecision(2));
}

/** µs of one dispatch. */
function cost(row: PlanRow, model: GpuModel, guess: number): number {
  const chain = (dependentSteps(row) / inFlight[guess]) * model.latency;
  const unique = uniqueBytes(row);
  const memory = unique / (model.memory * fromMemory[guess]);
  // Features are bound whole, and read around the points alone.
  const bound = /^(point_tracking:measure|motion_supervision:forward)$/.test(row.kernel)
    ? 1e6
    : Math.max(row.bytes - unique, 0);
  const cache = bound / (model.cache * fromCache[guess]);
  const alone = row.used === 1 ? row.bytes / model.processor : 0;
  const reached = ((row.cells ?? many + 1) > many ? manyCells : fewCells)[guess];
  const products = (2 * row.macs) / (model.peak * reached);
  return model.least[guess] + Math.max(chain, memory + cache, alone, products);
}

/** Bytes that no other dispatch has brought into the cache: weights. */
function uniqueBytes({ kernel, bytes, weight_bytes }: PlanRow): number {
  return /^(fully_connected|demodulate)/.test(kernel) ? bytes : weight_bytes;
}

/** Steps of the longest loop of loads that an invocation waits for one by one. */
function dependentSteps({ kernel, macs, sizes }: PlanRow): number {
  const inputs = Math.ceil((sizes.inputs ?? 0) / 4);
  const outputs = Math.ceil((sizes.outputs ?? 0) / 4);
  const byLanes = (quads: number) => 9 * Math.max(1, quads / 64) + 4;
  const steps: readonly [RegExp, () => number][] = [
    [/^conv3x3_up_lanes:forward/, () => 4 * Math.max(1, inputs / 64) + 8],
    [/lanes(_act)?:forward/, () => byLanes(inputs)],
    [/lanes(_layer)?:backward$/, () => byLanes(outputs)],
    [/^fully_connected:backward/, () => sizes.outputs],
    // Unrolled by four, since their loops are counted.
    [/_batch:backward/, () => 32],
    [/_batch:forward/, () => 8],
    [/^(fully_connected|demodulate)/, () => (sizes.inputs ?? 512) / 64],
    [/^conv3x3_up_split_k:forward_parts/, () => (4 * inputs) / sizes.splits],
    [/split_k(_act)?:forward_parts/, () => (9 * inputs) / sizes.splits],
    [/split_k:backward_parts/, () => (9 * outputs) / sizes.splits],
    [/split_k(_act)?:(forward|backward)$/, () => 0.4 * sizes.splits],
    [/_cone:/, () => 14],
    [/^motion_supervision:backward/, () => 20],
    [/^(stop_rule|point_tracking:nearest)/, () => 6],
    [/^layer_sums/, () => 6],
    [/^record/, () => 14],
    [/^fir/, () => 4],
    [/^conv3x3/, () => (macs > 0 ? 0.4 * 9 * inputs * (/_up/.test(kernel) ? 4 / 9 : 1) : 2)],
  ];
  return steps.find(([pattern]) => pattern.test(kernel))?.[1]() ?? 2;
}
