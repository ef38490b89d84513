import { tensorBytes } from '../operations/operation.ts';
import { operationTable } from '../operations/operations.ts';
import { tableWords } from './batch_tables.ts';
import type { BatchResources } from './batches.ts';
import { type Call, type EntryCall, gradientOf } from './reversal.ts';

/** The most inputs and outputs of a layer. shaders/fully_connected_stack.wgsl */
const mostValues = 1024;

/** Fully-connected layers, each of which reads what the one before it makes, go into one call. */
export function withStacks(calls: readonly Call[], resources: BatchResources): Call[] {
  const runs = split(calls, (before, call) => before.tensors.y === call.tensors.x);
  return runs.flatMap((run) => {
    const call = run.length > 1 ? stackOf(run, 'forward', resources) : undefined;
    return call ? [{ ...call, fused: run }] : run;
  });
}

/** What the layers read and make that would go into one call: its kernel binds them together. */
export const stackedTensors = (calls: readonly Call[]): string[] =>
  split(calls, (before, call) => before.tensors.y === call.tensors.x)
    .filter((run) => run.length > 1)
    .flatMap((run) => [run[0].tensors.x, ...run.map(({ tensors }) => tensors.y)]);

/** The same for their gradients, from the last layer to the first. */
export function withBackwardStacks(
  entries: readonly EntryCall[],
  resources: BatchResources,
): EntryCall[] {
  const calls = entries.map(({ call }) => call);
  const runs = split(calls, (after, call) => after.tensors.x === call.tensors.y);
  let at = 0;
  return runs.flatMap((run): EntryCall[] => {
    const own = entries.slice(at, at + run.length);
    at += run.length;
    if (run.length < 2 || own.some(({ entry }) => entry !== 'backward')) return own;
    const adds = own.map(({ accumulate }) => accumulate);
    const call = stackOf(run, 'backward', resources, adds);
    if (!call) return own;
    const operation = operationTable[call.operation];
    return [{ call, operation, entry: 'backward', direction: 'backward', accumulate: false }];
  });
}

/** Neighbours that can be in a stack, of which each follows the other, together; all others by themselves. */
function split(calls: readonly Call[], follows: (one: Call, next: Call) => boolean): Call[][] {
  const runs: Call[][] = [];
  for (const call of calls) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last && canStack(last) && canStack(call) && follows(last, call)) run.push(call);
    else runs.push([call]);
  }
  return runs;
}

const canStack = ({ operation, sizes: { samples, inputs, outputs } }: Call): boolean =>
  operation === 'fully_connected' &&
  samples === 1 &&
  inputs % 4 === 0 &&
  Math.max(inputs, outputs) <= mostValues;

/** @returns undefined where weights, or values, lie apart */
function stackOf(
  calls: readonly Call[],
  direction: 'forward' | 'backward',
  { memory, writeTable }: BatchResources,
  adds: readonly boolean[] = [],
): Call | undefined {
  const spec = operationTable.fully_connected.tensors;
  const sized = (name: string, own: 'x' | 'y' | 'weight' | 'bias', call: Call) => ({
    name,
    bytes: tensorBytes(spec[own], call.sizes, 'f32'),
  });
  const all = (own: 'x' | 'y' | 'weight' | 'bias', nameOf = (name: string) => name) =>
    calls.map((call) => sized(nameOf(call.tensors[own]), own, call));
  const weight = memory.gather(all('weight'));
  const bias = memory.gather(all('bias'));
  const values = memory.gather([...all('x'), ...all('y')]);
  const gradients =
    direction === 'backward'
      ? memory.gather([...all('x', gradientOf), ...all('y', gradientOf)])
      : values;
  if (!weight || !bias || !values || !gradients) return undefined;
  const count = calls.length;
  const rows = calls.map(({ sizes, params = {} }, k) => [
    ...[0, sizes.inputs, sizes.outputs, adds[k] ? 1 : 0, weight.offsets[k], bias.offsets[k]].map(
      (u32) => ({ u32 }),
    ),
    ...[values.offsets[k], values.offsets[count + k]].map((u32) => ({ u32 })),
    ...[gradients.offsets[k], gradients.offsets[count + k]].map((u32) => ({ u32 })),
    ...[params.weight_gain, params.bias_gain, params.slope, params.gain].map((f32) => ({ f32 })),
  ]);
  const label = `${calls[0].label} to ${calls[count - 1].label}`;
  const words = (bytes: number) => bytes / 4;
  return {
    operation: 'fully_connected_stack',
    label,
    sizes: {
      members: count,
      products: calls.reduce((sum, { sizes }) => sum + sizes.inputs * sizes.outputs, 0),
      weight_words: words(weight.bytes),
      bias_words: words(bias.bytes),
      values_words: words(values.bytes),
      d_values_words: words(gradients.bytes),
    },
    tensors: {
      members: writeTable(`${label} ${direction}`, tableWords(rows)),
      ...{ weight: weight.name, bias: bias.name, values: values.name, d_values: gradients.name },
    },
  };
}
