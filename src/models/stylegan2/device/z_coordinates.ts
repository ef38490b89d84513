import type { Call } from '../../../engine/graph/reversal.ts';
import { InputError } from '../../../formats/errors.ts';
import type { Coordinates, LatentLeaf } from '../../draggable.ts';
import type { GeneratorConfig } from '../network/config.ts';
import { mappedName, untruncatedCalls } from '../network/mapping.ts';

/**
 * The space `z`: every trained row of ws follows the mapping network's w at its own strength, which is truncation's ψ,
 * from wherever it is (shaders/offset_row.wgsl). A z that is moved stays as likely as it was, since the network divides it
 * by its length; so does the picture.
 */
export function zCoordinates(config: GeneratorConfig, leaves: readonly LatentLeaf[]): Coordinates {
  const { zDim, cDim, wDim, numWs } = config;
  const rows = [...leaves.entries()].filter(([, { trained }]) => trained);
  const mapping = untruncatedCalls(config, 'coordinates');
  const perRow = (operation: 'offset_row' | 'rebase_row'): Call[] =>
    rows.map(([row, { name }]) => ({
      operation,
      label: `${operation}.${row}`,
      sizes: { length: wDim, rows: numWs },
      tensors: {
        w: mappedName(config),
        base: `base.${row}`,
        strengths: 'strengths',
        ws: name,
      },
      params: { row },
    }));
  return {
    length: zDim,
    calls: [...mapping, ...perRow('offset_row')],
    settling: [...mapping, ...perRow('rebase_row')],
    createTensors(store) {
      if (!store.has('bases'))
        store.createTogether(
          'bases',
          rows.map(([row]) => ({ name: `base.${row}`, layout: 'plain', shape: [wDim] })),
        );
      store.ensure('strengths', 'plain', [numWs]);
      if (cDim > 0) store.ensure('c', 'vector', [1, cDim]);
    },
    begin(store, { origin }) {
      if (!origin) throw new InputError('the z of this latent is not known', { option: 'space' });
      store.write('strengths', origin.strengths);
      if (cDim > 0) store.write('c', origin.classes ?? new Float32Array(cDim));
      return origin.z;
    },
    moved: (origin, z) => origin && { ...origin, z },
  };
}
