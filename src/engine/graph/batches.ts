import { tensorBytes } from '../operations/operation.ts';
import { operationTable } from '../operations/operations.ts';
import { type Batch, type BatchMember, batches } from './batch_tables.ts';
import type { Gathered, PlanMemory } from './plan_memory.ts';
import { type Call, type EntryCall, gradientOf } from './reversal.ts';

/** Makes the table of a batch's members on the device. @returns its name */
export type WriteTable = (label: string, words: Uint32Array<ArrayBuffer>) => string;

/** What batches are made with. */
export interface BatchResources {
  readonly memory: PlanMemory;
  readonly writeTable: WriteTable;
}

/**
 * Calls of small operations, one for each layer, that do not wait for each other go into one call, at the place of the
 * first of them: a GPU then has one dispatch, with work for all of its processors. Their tensors have to lie together.
 */
export function withBatches(calls: readonly Call[], resources: BatchResources): Call[] {
  const slots: Call[][] = [];
  /** Where in `slots` a tensor is made. */
  const madeAt = new Map<string, number>();
  const open = new Map<string, number>();
  for (const call of calls) {
    const { inputs, outputs } = tensorsOf(call);
    const kind = kindOf(call, resources.memory);
    const slot = open.get(kind);
    const waits = (at: number) => inputs.some((name) => (madeAt.get(name) ?? -1) >= at);
    let at = slots.length;
    if (isBatchable(call) && slot !== undefined && !waits(slot)) {
      slots[slot].push(call);
      at = slot;
    } else {
      slots.push([call]);
      if (isBatchable(call)) open.set(kind, at);
    }
    for (const name of outputs) madeAt.set(name, at);
  }
  return slots.flatMap((slot) => (slot.length > 1 ? forwardBatches(slot, resources) : slot));
}

function forwardBatches(calls: readonly Call[], resources: BatchResources): Call[] {
  const operation = calls[0].operation;
  const batch = batches[operation];
  if (!batch) return [...calls];
  const gathered = gather(calls, batch.forward, (_, name) => name, resources.memory);
  if (!gathered) return [...calls];
  return [{ ...batchCall(batch, calls, gathered, resources, 'forward'), fused: calls }];
}

/** The same for gradients: neighbouring entry points of one operation that do not wait for each other. */
export function withBackwardBatches(
  entries: readonly EntryCall[],
  resources: BatchResources,
): EntryCall[] {
  const runs: EntryCall[][] = [];
  for (const entry of entries) {
    const run = runs.at(-1);
    const [first] = run ?? [];
    const joins =
      first?.entry === 'backward' &&
      entry.entry === 'backward' &&
      entry.direction === 'backward' &&
      first.call.operation === entry.call.operation &&
      isBatchable(entry.call) &&
      !run?.some((other) => waitsFor(entry.call, other.call));
    if (joins) run?.push(entry);
    else runs.push([entry]);
  }
  return runs.flatMap((run) => (run.length > 1 ? backwardBatch(run, resources) : run));
}

function backwardBatch(run: readonly EntryCall[], resources: BatchResources): EntryCall[] {
  const kinds = new Map<string, EntryCall[]>();
  for (const entry of run) {
    const kind = kindOf(entry.call, resources.memory);
    kinds.set(kind, [...(kinds.get(kind) ?? []), entry]);
  }
  return [...kinds.values()].flatMap((alike) =>
    alike.length > 1 ? backwardBatchOf(alike, resources) : alike,
  );
}

function backwardBatchOf(run: readonly EntryCall[], resources: BatchResources): EntryCall[] {
  const calls = run.map(({ call }) => call);
  const batch = batches[calls[0].operation];
  if (!batch) return [...run];
  const nameOf = (role: string, name: string) => (role.startsWith('d_') ? gradientOf(name) : name);
  const gathered = gather(calls, batch.backward, nameOf, resources.memory);
  if (!gathered) return [...run];
  const adds = run.map(({ accumulate }) => accumulate);
  const call = batchCall(batch, calls, gathered, resources, 'backward', adds);
  return [
    {
      call,
      operation: operationTable[call.operation],
      entry: 'backward',
      direction: 'backward',
      accumulate: false,
    },
  ];
}

/** True if the gradients of a call need those of another one, or add to the same ones. */
function waitsFor(call: Call, before: Call): boolean {
  const made = tensorsOf(before).inputs;
  const apart = batches[call.operation]?.apart ?? [];
  return (
    tensorsOf(call).outputs.some((name) => made.includes(name)) ||
    apart.some((own) => call.tensors[own] === before.tensors[own])
  );
}

/** Tensors that calls use in these roles, bound together; undefined where those of a role lie apart. */
function gather(
  calls: readonly Call[],
  roles: readonly string[],
  nameOf: (role: string, name: string) => string,
  memory: PlanMemory,
): Map<string, Gathered> | undefined {
  const gathered = new Map<string, Gathered>();
  for (const role of roles) {
    const own = role.startsWith('d_') ? role.slice(2) : role;
    const together = memory.gather(
      calls.map(({ operation, sizes, tensors }) => ({
        name: nameOf(role, tensors[own]),
        bytes: tensorBytes(operationTable[operation].tensors[own], sizes, 'f32'),
      })),
    );
    if (!together) return undefined;
    gathered.set(role, together);
  }
  return gathered;
}

function batchCall(
  batch: Batch,
  calls: readonly Call[],
  gathered: ReadonlyMap<string, Gathered>,
  { writeTable }: BatchResources,
  direction: 'forward' | 'backward',
  adds: readonly boolean[] = [],
): Call {
  const label = `${calls[0].label} and ${calls.length - 1} others`;
  const members = calls.map((call, k): BatchMember => {
    const at = (role: string) => gathered.get(role)?.offsets[k] ?? 0;
    return { call, at, accumulate: adds[k] ?? false };
  });
  const { words, workgroups } = batch.table(members, direction);
  const products = calls.reduce(
    (sum, { sizes: { inputs = 1, outputs = 1, length = 1 } }) => sum + inputs * outputs * length,
    0,
  );
  const sizes: Record<string, number> = { members: calls.length, workgroups, products };
  const tensors: Record<string, string> = {
    members: writeTable(`${label} ${direction}`, words),
  };
  for (const [role, { name, bytes }] of gathered) {
    tensors[role] = name;
    sizes[`${role}_words`] = bytes / 4;
  }
  return { operation: batch.operation, label, sizes, tensors };
}

/** Calls whose weights lie in one buffer are of a kind. */
const kindOf = (call: Call, memory: PlanMemory): string => {
  const roles = batches[call.operation]?.forward ?? [];
  return [call.operation, ...roles.map((role) => memory.bufferOf(call.tensors[role]))].join();
};

const isBatchable = ({ operation, sizes }: Call): boolean =>
  batches[operation] !== undefined && (sizes.samples ?? 1) === 1;

function tensorsOf({ operation, tensors }: Call): { inputs: string[]; outputs: string[] } {
  const { outputs } = operationTable[operation];
  const names = Object.entries(tensors);
  return {
    inputs: names.filter(([own]) => !outputs.includes(own)).map(([, name]) => name),
    outputs: names.filter(([own]) => outputs.includes(own)).map(([, name]) => name),
  };
}
