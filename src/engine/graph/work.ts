import type { Shader } from '../kernels/shaders.ts';
import { type TensorSpec, tensorBytes, tensorOf, tensorShape } from '../operations/operation.ts';
import type { EntryCall } from './reversal.ts';

/** The arithmetic and the memory traffic of one or more dispatches. */
export interface Work {
  /** Floating-point operations, as dispatched; a multiply-add is two. */
  readonly flops: number;
  /** Multiply-adds with the weights of convolutions, as dispatched. */
  readonly macs: number;
  /** Bytes of the bound tensors, each counted once; a map that is covered by a list counts the listed cells only. */
  readonly bytes: number;
}

export const totalWork = (parts: readonly Work[]): Work => ({
  flops: parts.reduce((sum, { flops }) => sum + flops, 0),
  macs: parts.reduce((sum, { macs }) => sum + macs, 0),
  bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
});

/**
 * The work of an entry point, from its row of the table.
 * @param cells in its list: `listed`, with the ring where the entry point covers it; `computed`, without
 */
export function entryWork(
  entryCall: EntryCall,
  shader: Shader,
  { listed, computed }: { readonly listed: number; readonly computed: number },
): Work {
  const { call, operation, entry, direction } = entryCall;
  const point = operation[direction][entry];
  const sizes = { ...call.sizes, listed };
  const flops = point.flops({ ...sizes, computed });
  const specs = (shader.entryPoints.get(entry) ?? []).flatMap(({ name }) => {
    const tensor = tensorOf(operation, name);
    // Gradients are f32, however the weights are stored.
    return tensor
      ? [{ spec: tensor.spec, precision: tensor.gradient ? 'f32' : shader.precision } as const]
      : [];
  });
  const { multiplies = specs.some(({ spec }) => spec.layout === 'convolution') } = point;
  const cells = point.over === undefined ? 0 : cellsOf(operation.tensors[point.over], call.sizes);
  const share = cells === 0 ? 1 : Math.min(1, listed / cells);
  const bytes = specs.reduce(
    (sum, { spec, precision }) =>
      sum + tensorBytes(spec, sizes, precision) * (sizedByMap(spec) ? share : 1),
    // A list is four words, then one for each cell; a list of the whole map names no cells.
    cells === 0 ? 0 : 4 * (4 + (share < 1 ? listed : 0)),
  );
  return { flops, macs: multiplies ? flops / 2 : 0, bytes };
}

/** True for a map, of which only the listed cells are read; a tensor sized by `listed` is read whole. */
const sizedByMap = ({ layout, axes }: TensorSpec): boolean =>
  layout === 'map' && !axes.includes('listed');

function cellsOf(...map: Parameters<typeof tensorShape>): number {
  const [, , height, width] = tensorShape(...map);
  return height * width;
}
