import { paddedChannels } from '../memory/layouts.ts';
import type { OperationName } from '../operations/operations.ts';
import type { Call } from './reversal.ts';

/** A call of a batch. */
export interface BatchMember {
  readonly call: Call;
  /** Where its tensor of a role begins in what the batch binds, in words. */
  readonly at: (role: string) => number;
  /** True if it adds to its gradient. */
  readonly accumulate: boolean;
}

/** How calls of an operation go into one. */
export interface Batch {
  /** The operation of the one call. */
  readonly operation: OperationName;
  /** The tensors that it binds forward, and backward, where `d_` and a tensor is its gradient. */
  readonly forward: readonly string[];
  readonly backward: readonly string[];
  /** Tensors whose gradients calls make, each its own. What several calls have in common is added up by one kernel. */
  readonly apart: readonly string[];
  /** The table of its members, as its shader reads it, and how many workgroups they take. */
  table(
    members: readonly BatchMember[],
    direction: 'forward' | 'backward',
  ): { words: Uint32Array<ArrayBuffer>; workgroups: number };
}

/** Inputs that a workgroup makes the gradients of. shaders/lib/batch.wgsl */
const inputsOfGroup = 64;

/** Words of a member: shaders/lib/batch.wgsl. */
const memberWords = 16;

/** A field of a member. */
export type Field = { readonly u32: number } | { readonly f32: number };

/** Members' fields, in a row each. */
export function tableWords(rows: readonly (readonly Field[])[]): Uint32Array<ArrayBuffer> {
  const data = new DataView(new ArrayBuffer(4 * memberWords * rows.length));
  for (const [row, fields] of rows.entries())
    for (const [column, field] of fields.entries()) {
      const at = 4 * (row * memberWords + column);
      if ('u32' in field) data.setUint32(at, field.u32, true);
      else data.setFloat32(at, field.f32, true);
    }
  return new Uint32Array(data.buffer);
}

/** The table of members, whose first field says at which workgroup each begins, and how many workgroups they take. */
function tableOf(
  members: readonly BatchMember[],
  workgroupsOf: (member: BatchMember) => number,
  fieldsOf: (member: BatchMember) => readonly Field[],
): { words: Uint32Array<ArrayBuffer>; workgroups: number } {
  let workgroups = 0;
  const rows = members.map((member) => {
    const first = workgroups;
    workgroups += workgroupsOf(member);
    return [{ u32: first }, ...fieldsOf(member)];
  });
  return { words: tableWords(rows), workgroups };
}

/** The fields that all members have, whatever their operation. */
const common = ({ call, accumulate }: BatchMember): Field[] => [
  { u32: call.sizes.inputs },
  { u32: call.sizes.outputs },
  { u32: accumulate ? 1 : 0 },
];

/** By the operation of the calls. */
export const batches: Readonly<Partial<Record<OperationName, Batch>>> = {
  fully_connected: {
    operation: 'fully_connected_batch',
    forward: ['x', 'weight', 'bias', 'y'],
    backward: ['weight', 'y', 'd_y', 'd_x'],
    apart: ['x'],
    table: (members, direction) =>
      tableOf(members, workgroupsOf(direction), (member) => {
        const { weight_gain, bias_gain, slope, gain } = member.call.params ?? {};
        return [
          ...common(member),
          { u32: member.at('weight') },
          { u32: member.at(direction === 'forward' ? 'x' : 'd_x') },
          { u32: member.at('y') },
          { u32: member.at(direction === 'forward' ? 'bias' : 'd_y') },
          { f32: weight_gain },
          { f32: bias_gain },
          { f32: slope },
          { f32: gain },
        ];
      }),
  },
  demodulate: {
    operation: 'demodulate_batch',
    forward: ['energy', 'styles', 'demodulation'],
    backward: ['energy', 'styles', 'demodulation', 'd_demodulation', 'd_styles'],
    apart: ['styles'],
    table: (members, direction) =>
      tableOf(members, workgroupsOf(direction), (member) => [
        ...common(member),
        { u32: member.at('energy') },
        { u32: member.at('styles') },
        { u32: member.at('demodulation') },
        { u32: member.at('d_demodulation') },
        { u32: member.at('d_styles') },
      ]),
  },
  offset_row: {
    operation: 'offset_row_batch',
    forward: ['w', 'base', 'strengths', 'ws'],
    backward: ['strengths', 'd_ws', 'd_w'],
    apart: [],
    table: (members, direction) => {
      const { length } = members[0].call.sizes;
      const workgroups = Math.ceil(length / 64);
      const { words } = tableOf(
        members,
        () => workgroups,
        ({ call, at, accumulate }) => [
          ...[{ u32: length }, { u32: call.params?.row ?? 0 }, { u32: accumulate ? 1 : 0 }],
          ...[{ u32: at('strengths') }, { u32: at('base') }, { u32: at('w') }],
          ...[{ u32: at(direction === 'forward' ? 'ws' : 'd_ws') }, { u32: at('d_w') }],
        ],
      );
      // Backward, an invocation adds up what all members have for a value.
      return {
        words,
        workgroups: direction === 'forward' ? workgroups * members.length : workgroups,
      };
    },
  },
};

/** Forward, a workgroup makes one output; backward, the gradients of some inputs. */
const workgroupsOf =
  (direction: 'forward' | 'backward') =>
  ({ call: { sizes } }: BatchMember): number =>
    direction === 'forward'
      ? paddedChannels(sizes.outputs)
      : Math.ceil(paddedChannels(sizes.inputs) / inputsOfGroup);
