import { vectorStride } from '../memory/layouts.ts';
import { tableWords } from './batch_tables.ts';
import type { BatchResources } from './batches.ts';
import type { Gathered } from './plan_memory.ts';
import { type Call, gradientOf } from './reversal.ts';

/** A gradient that is made of sums over cells. */
interface MadeOfSums {
  /** The tensor whose gradient it is. */
  readonly tensor: string;
  /** True if it is added to what is there. */
  readonly accumulate: boolean;
}

/** The sums over cells that a fused layer makes, and what is to be made of them. shaders/layer_sums.wgsl */
export interface LayerSums {
  /** The tensor of the sums. */
  readonly name: string;
  readonly bytes: number;
  readonly inputs: number;
  readonly groups: number;
  /** Of the layer itself. */
  readonly styles: MadeOfSums | undefined;
  /** Of the layer below. */
  readonly demodulation: (MadeOfSums & { readonly bias: string }) | undefined;
}

/** Invocations of a workgroup, each for four channels. */
const channelsOfGroup = 4 * 64;

/** Calls that make the gradients of all layers: one, where their tensors lie together. */
export function layerSumsCalls(all: readonly LayerSums[], resources: BatchResources): Call[] {
  const together = gather(all, resources);
  if (together) return [callOf(all, together, resources)];
  return all.flatMap((one) => {
    const alone = gather([one], resources);
    return alone ? [callOf([one], alone, resources)] : [];
  });
}

/** Shader tensor → what is bound, and where each member's begins. */
type Roles = ReadonlyMap<string, { readonly bound: Gathered; readonly of: readonly LayerSums[] }>;

function gather(all: readonly LayerSums[], { memory }: BatchResources): Roles | undefined {
  const roles = new Map<string, { bound: Gathered; of: LayerSums[] }>();
  const add = (
    role: string,
    tensorOf: (one: LayerSums) => { name: string; bytes: number } | undefined,
  ): boolean => {
    const of = all.filter((one) => tensorOf(one) !== undefined);
    const bound = memory.gather(of.flatMap((one) => tensorOf(one) ?? []));
    if (bound) roles.set(role, { bound, of });
    return of.length === 0 || bound !== undefined;
  };
  const vector = (name: string, { inputs }: LayerSums) => ({
    name,
    bytes: 4 * vectorStride(inputs),
  });
  const complete =
    add('sums', ({ name, bytes }) => ({ name, bytes })) &&
    add('demodulation', (one) => one.demodulation && vector(one.demodulation.tensor, one)) &&
    add('bias', (one) => one.demodulation && vector(one.demodulation.bias, one)) &&
    add('d_styles', (one) => one.styles && vector(gradientOf(one.styles.tensor), one)) &&
    add(
      'd_demodulation',
      (one) => one.demodulation && vector(gradientOf(one.demodulation.tensor), one),
    );
  return complete ? roles : undefined;
}

function callOf(
  all: readonly LayerSums[],
  roles: Roles,
  { memory, writeTable }: BatchResources,
): Call {
  const label = `sums of ${all.map(({ name }) => name).join(', ')}`;
  const sizes: Record<string, number> = { members: all.length };
  const tensors: Record<string, string> = {};
  for (const role of ['sums', 'demodulation', 'bias', 'd_styles', 'd_demodulation']) {
    // A kernel binds something for every variable, also where no member needs it.
    const unused = role.startsWith('d_')
      ? memory.gather([{ name: `${label} ${role}`, bytes: 256 }])
      : roles.get('sums')?.bound;
    const bound = roles.get(role)?.bound ?? unused;
    if (!bound) continue;
    tensors[role] = bound.name;
    sizes[`${role}_words`] = bound.bytes / 4;
  }
  let workgroups = 0;
  const rows = all.map((one) => {
    const at = (role: string) => {
      const found = roles.get(role);
      return found?.bound.offsets[found.of.indexOf(one)] ?? 0;
    };
    const bits = (has: (made: MadeOfSums | undefined) => boolean | undefined) =>
      (has(one.styles) ? 1 : 0) + (has(one.demodulation) ? 2 : 0);
    const row = [
      ...[workgroups, one.inputs, one.groups],
      bits((made) => made !== undefined),
      bits((made) => made?.accumulate),
      ...['sums', 'demodulation', 'bias', 'd_styles', 'd_demodulation'].map(at),
    ];
    workgroups += Math.ceil(one.inputs / channelsOfGroup);
    return row.map((u32) => ({ u32 }));
  });
  tensors.members = writeTable(label, tableWords(rows));
  sizes.workgroups = workgroups;
  return { operation: 'layer_sums', label, sizes, tensors };
}
