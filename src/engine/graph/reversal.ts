import type { Shader } from '../kernels/shaders.ts';
import type { Operation, Sizes } from '../operations/operation.ts';
import { type OperationName, operationTable } from '../operations/operations.ts';

/** One use of an operation: its sizes, and which plan tensor each shader tensor is. */
export interface Call {
  readonly operation: OperationName;
  /** Names the call in profiles, and its parameters in `Plan.setParams`. */
  readonly label: string;
  readonly sizes: Sizes;
  /** Shader tensor → plan tensor. Scratch tensors need no name. */
  readonly tensors: Readonly<Record<string, string>>;
  /** Values for the fields of `struct Params` that are not sizes. */
  readonly params?: Readonly<Record<string, number>>;
  /** The layer of the network that it is a part of. */
  readonly layer?: string;
  /** Shader tensor → the name of its map, by which the list of cells to cover is chosen. */
  readonly maps?: Readonly<Record<string, string>>;
  /** The calls that this one replaces in the forward pass; the backward pass is theirs. */
  readonly fused?: readonly Call[];
}

/** One entry point of a call, as a plan runs it. */
export interface EntryCall {
  readonly call: Call;
  readonly operation: Operation;
  readonly entry: string;
  readonly direction: 'forward' | 'backward';
  /** True if it adds to the gradient that it writes, because an earlier step stored a part of it. */
  readonly accumulate: boolean;
}

/** The name of a plan tensor's gradient. */
export const gradientOf = (tensor: string): string => `d_${tensor}`;

export interface ReversalRequest {
  readonly calls: readonly Call[];
  /** Tensors whose gradients the caller gives. Losses need none. */
  readonly roots: readonly string[];
  /** Tensors whose gradients are asked for. */
  readonly wanted: readonly string[];
}

const inputsOf = ({ operation, tensors }: Call): [string, string][] =>
  Object.entries(tensors).filter(([name]) => !operationTable[operation].outputs.includes(name));

/** All entry points of the calls, in order. */
export function forwardEntries(calls: readonly Call[]): EntryCall[] {
  return calls.flatMap((call) => {
    const operation = operationTable[call.operation];
    return Object.keys(operation.forward).map(
      (entry): EntryCall => ({ call, operation, entry, direction: 'forward', accumulate: false }),
    );
  });
}

/**
 * The backward entry points in order: only those on a path from a root or a loss to a wanted tensor, and of each call
 * only those whose results another one, or the caller, needs.
 * @throws RangeError where no path leads to a wanted tensor.
 */
export function backwardEntries(
  { calls: forward, roots, wanted }: ReversalRequest,
  shaders: ReadonlyMap<string, Shader>,
): EntryCall[] {
  if (wanted.length === 0) return [];
  const calls = forward.flatMap((call) => call.fused ?? [call]);
  const dependent = dependents(calls, wanted);
  const reached = new Set(roots);
  const contributed = new Set<string>();
  const entries: EntryCall[] = [];
  for (const call of [...calls].reverse()) {
    const operation = operationTable[call.operation];
    const flows = operation.outputs.some((output) => reached.has(call.tensors[output]));
    if (!flows && !operation.loss) continue;
    const targets = inputsOf(call).filter(([, tensor]) => dependent.has(tensor));
    if (targets.length === 0) continue;
    for (const entry of neededEntries(call, operation, targets, shaders)) {
      const written = targets.filter(([name]) =>
        operation.backward[entry].writes.includes(gradientOf(name)),
      );
      const accumulate = written.some(([, tensor]) => contributed.has(tensor));
      for (const [, tensor] of written) {
        contributed.add(tensor);
        reached.add(tensor);
      }
      entries.push({ call, operation, entry, direction: 'backward', accumulate });
    }
  }
  const lost = wanted.filter((tensor) => !reached.has(tensor));
  if (lost.length === wanted.length)
    throw new RangeError(`no gradient flows to any of ${lost.join(', ')}`);
  return entries;
}

/** The tensors that depend on a wanted one, itself included. */
export function dependents(calls: readonly Call[], wanted: readonly string[]): Set<string> {
  const dependent = new Set(wanted);
  for (const call of calls)
    if (inputsOf(call).some(([, tensor]) => dependent.has(tensor)))
      for (const output of operationTable[call.operation].outputs) {
        const tensor = call.tensors[output];
        if (tensor !== undefined) dependent.add(tensor);
      }
  return dependent;
}

/** Entry points that write a target's gradient, and those that make the scratch tensors which these read. */
function neededEntries(
  call: Call,
  operation: Operation,
  targets: readonly [string, string][],
  shaders: ReadonlyMap<string, Shader>,
): string[] {
  const needed = new Set(targets.map(([name]) => gradientOf(name)));
  const entries: string[] = [];
  for (const [entry, { writes }] of Object.entries(operation.backward).reverse()) {
    if (!writes.some((tensor) => needed.has(tensor))) continue;
    entries.unshift(entry);
    for (const { name } of shaders.get(operation.shader)?.entryPoints.get(entry) ?? [])
      if (name in operation.tensors && !(name in call.tensors)) needed.add(name);
  }
  return entries;
}
