import { DeviceLimitError } from '../../formats/errors.ts';
import type { Engine } from '../device.ts';
import { Plan } from '../graph/plan.ts';
import { type ConvolutionChoice, candidatesOf, choiceOf } from '../graph/variants.ts';
import { Arena } from '../memory/arena.ts';
import { TensorStore } from '../memory/tensors.ts';
import { contest, type Stopwatch } from './contest.ts';
import type { LayerChoice } from './kernel_choices.ts';
import { PlanTimer } from './plan_timer.ts';
import { createScratch, scratchBytes, type TunableLayer } from './tunable_layers.ts';

/** The network whose layers are measured: its device and its weights. */
export interface AutotunedNetwork {
  readonly engine: Engine;
  readonly store: TensorStore;
}

export interface AutotuneOptions {
  /** Once it is aborted, no further measurement begins. */
  readonly signal?: AbortSignal;
  /** After so many seconds no further layer is begun; the first is always measured. */
  readonly seconds?: number;
  /** Called with each layer's result; undefined for a layer that is too large to be measured. */
  readonly onLayer?: (key: string, result: LayerChoice | undefined) => void;
  /** Measures candidates; by default on the device. */
  readonly measure?: Measure;
}

/** Measures the candidates for a layer: hands a stopwatch to `contest` and returns what that returns. */
export type Measure = <Result>(
  layer: TunableLayer,
  candidates: readonly ConvolutionChoice[],
  contest: (stopwatch: Stopwatch) => Promise<Result>,
) => Promise<Result>;

/** Significant digits of a measured time. */
const significant = 4;

/** A layer whose maps take more bytes keeps its default, so that no page runs out of memory for a measurement. */
const mostScratchBytes = 256 * 2 ** 20;

/**
 * Measures layer by layer which choice is fastest on this device. The engine keeps the kernels that it has.
 * @throws the signal's reason once it is aborted; ShaderError where a kernel does not compile
 */
export async function autotuneLayers(
  network: AutotunedNetwork,
  layers: readonly TunableLayer[],
  options: AutotuneOptions = {},
): Promise<void> {
  const { signal, seconds = Number.POSITIVE_INFINITY, onLayer = () => {} } = options;
  const began = performance.now();
  const bench = options.measure ? undefined : new LayerBench(network);
  const measure = options.measure ?? bench?.measure;
  if (!measure) return;
  try {
    for (const layer of layers) {
      signal?.throwIfAborted();
      onLayer(layer.key, await autotuneLayer(layer, candidates(network, layer), measure, signal));
      if (performance.now() - began >= 1000 * seconds) return;
    }
  } finally {
    bench?.destroy();
  }
}

async function autotuneLayer(
  layer: TunableLayer,
  choices: readonly ConvolutionChoice[],
  measure: Measure,
  signal: AbortSignal | undefined,
): Promise<LayerChoice | undefined> {
  if (scratchBytes(layer) > mostScratchBytes) return undefined;
  try {
    const { winner, milliseconds } = await measure(layer, choices, (stopwatch) =>
      contest(choices.length, stopwatch, signal),
    );
    const measured = choices.map((choice, i) => ({
      choice,
      milliseconds: Number(milliseconds[i].toPrecision(significant)),
    }));
    return { choice: choices[winner], measured };
  } catch (error) {
    if (error instanceof DeviceLimitError) return undefined;
    throw error;
  }
}

/** The adapter's default first, then all others. */
function candidates({ engine }: AutotunedNetwork, layer: TunableLayer): ConvolutionChoice[] {
  const { convolution, setting } = layer;
  const standard = choiceOf(convolution, { ...engine.variants, tuned: undefined }, setting);
  const others = candidatesOf(convolution, setting).filter((choice) => !same(choice, standard));
  return [standard, ...others];
}

const same = (a: ConvolutionChoice, b: ConvolutionChoice): boolean =>
  JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

/** Runs single layers on the device, with the model's weights and with maps of their own. */
class LayerBench {
  readonly #network: AutotunedNetwork;
  readonly #timer: PlanTimer;

  constructor(network: AutotunedNetwork) {
    this.#network = network;
    // Between two uses of a layer, the weights of all others are read.
    this.#timer = new PlanTimer(network.engine.device, network.store.bytes);
  }

  readonly measure: Measure = async (layer, choices, contest) => {
    const { engine, store: weights } = this.#network;
    const store = new TensorStore(engine.device, weights);
    const arena = new Arena(engine.device);
    const plans: Plan[] = [];
    try {
      const request = createScratch(layer, store, engine.device);
      for (const choice of choices) {
        const variants = { ...engine.variants, tuned: new Map([[layer.key, choice]]) };
        plans.push(await Plan.build(request, { ...engine, store, arena, variants }));
      }
      return await contest((candidate) => this.#timer.time(plans[candidate]));
    } finally {
      for (const plan of plans) plan.destroy();
      arena.destroy();
      store.destroy();
    }
  };

  destroy(): void {
    this.#timer.destroy();
  }
}
