import { Plan } from '../../../engine/graph/plan.ts';
import { gradientOf } from '../../../engine/graph/reversal.ts';
import type { TensorStore } from '../../../engine/memory/tensors.ts';
import { InputError } from '../../../formats/errors.ts';
import { type NetworkOutput, networkOutputs } from '../network/outputs.ts';
import { synthesisCalls } from '../network/synthesis.ts';
import {
  type LoadedNetwork,
  latentStore,
  type Noise,
  planResources,
  setNoise,
} from './loaded_network.ts';

/** Which of the network's tensors are wanted. */
export interface EvaluationRequest {
  /** Names of tensors: `image`, `b{r}.x` (features of the block of r × r), `b{r}.img` (its image). */
  readonly tensors: readonly string[];
  /** `const` by default. */
  readonly noise?: Noise;
  /** Asks for `grad_ws`: the gradient of Σ tensor · cotangent with respect to ws. */
  readonly gradient?: {
    /** The tensor's name. */
    readonly of: string;
    /** As many numbers as the tensor has, row-major. */
    readonly cotangent: ArrayLike<number>;
  };
}

/** A tensor that was read back from the device. */
export interface LogicalTensor {
  /** Its sizes, outermost first: images and features are N, C, H, W. */
  readonly shape: readonly number[];
  /** The elements in row-major order. */
  readonly data: Float32Array<ArrayBuffer>;
}

/**
 * Any tensors of the synthesis network in f32, N,C,H,W, and `grad_ws` (1, num_ws, w_dim) where a gradient is asked for.
 * @param ws num_ws · w_dim
 * @throws InputError for a name that the network does not have, or a cotangent that does not fit
 */
export async function evaluate(
  network: LoadedNetwork,
  ws: ArrayLike<number>,
  { tensors, noise = 'const', gradient }: EvaluationRequest,
): Promise<Map<string, LogicalTensor>> {
  const { config, engine } = network;
  const known = networkOutputs(config);
  const asked = new Map(tensors.map((name) => [name, outputOf(known, name)]));
  const root = gradient && outputOf(known, gradient.of);
  // Two names of one tensor are one output.
  const outputs = [...new Set([...asked.values(), ...(root ? [root] : [])])];
  const store = latentStore(network);
  try {
    store.write('ws', ws);
    for (const { tensor, shape } of outputs) store.create(tensor, 'map', shape);
    if (gradient && root) createCotangent(store, root, gradient);
    const plan = await Plan.build(
      {
        calls: callsTo(network, ...outputs),
        roots: root ? [root.tensor] : [],
        wanted: root ? reachedRows(network, root) : [],
        // Rounding may choose another slope of leaky ReLU, which a gradient would show.
        freeRounding: root === undefined,
      },
      planResources(network, store),
    );
    try {
      setNoise(plan, noise);
      plan.submit(engine.device);
      const results = new Map<string, LogicalTensor>();
      for (const [name, { tensor, shape }] of asked)
        results.set(name, { shape, data: await store.read(tensor) });
      if (root) {
        const shape = [1, config.numWs, config.wDim];
        results.set('grad_ws', { shape, data: await store.read(gradientOf('ws')) });
      }
      return results;
    } finally {
      plan.destroy();
    }
  } finally {
    store.destroy();
  }
}

function outputOf(outputs: ReadonlyMap<string, NetworkOutput>, name: string): NetworkOutput {
  const output = outputs.get(name);
  if (output) return output;
  throw new InputError(
    `the model has no tensor ${name}; it has ${[...outputs.keys()].join(', ')}`,
    {
      option: 'tensors',
    },
  );
}

/** The part of the network that makes some outputs. */
const callsTo = ({ config }: LoadedNetwork, ...outputs: readonly NetworkOutput[]) =>
  synthesisCalls(config, {
    upTo: Math.max(...outputs.map(({ block }) => block)),
    image: outputs.some(({ kind }) => kind === 'image'),
  });

/** The rows of ws on which an output depends. */
function reachedRows(network: LoadedNetwork, output: NetworkOutput): string[] {
  const rows = callsTo(network, output).flatMap(({ row }) => row ?? []);
  return [...new Set(rows)].map((row) => `ws.${row}`);
}

function createCotangent(
  store: TensorStore,
  { tensor, shape }: NetworkOutput,
  { of, cotangent }: NonNullable<EvaluationRequest['gradient']>,
): void {
  const length = shape.reduce((a, b) => a * b, 1);
  if (cotangent.length !== length)
    throw new InputError(
      `the cotangent has ${cotangent.length} values, ${of} has ${shape.join(' × ')}`,
      { option: 'cotangent' },
    );
  store.create(gradientOf(tensor), 'map', shape, cotangent);
}
