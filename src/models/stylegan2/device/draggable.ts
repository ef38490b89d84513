import type { Draggable, Field, LatentLeaf, Reach, Typicality } from '../../draggable.ts';
import { blockSize, blocksOf, type GeneratorConfig } from '../network/config.ts';
import { blockMaps } from '../network/layers.ts';
import { synthesisCalls } from '../network/synthesis.ts';
import { ConeLayout, mostRectangles } from './cone.ts';
import type { Generator } from './generator.ts';
import { trainedRows } from './trained_rows.ts';
import { zCoordinates } from './z_coordinates.ts';

/** The features of a block. */
interface BlockField extends Field {
  readonly block: number;
}

/** A StyleGAN2 generator as a drag sees it: a latent of num_ws rows, a field for each block, and its exact cone. */
export function draggable(generator: Generator): Draggable {
  const { engine, store, arena, config } = generator;
  const fields = blockFields(config);
  const fieldOf = ({ name }: Field): BlockField => {
    const field = fields.find((one) => one.name === name);
    if (!field) throw new RangeError(`the network has no features ${name}`);
    return field;
  };
  return {
    engine,
    store,
    arena,
    ...dragShape(config),
    checkLatent: (latent) => generator.checkLatent(latent),
    calls: (field) => synthesisCalls(config, { upTo: fieldOf(field).block, image: false }),
    coverage: (field, reach) => coneOf(config, fieldOf(field), reach),
    // What linear algebra needs is a tenth of the page, and loaded once a drag needs it.
    coordinates: async (space) => {
      if (space === 'z') return zCoordinates(config, latentRows(config));
      const { principalBasis, principalCoordinates } = await import('./principal_coordinates.ts');
      return principalCoordinates(await principalBasis(generator), latentRows(config));
    },
    typicality: () => latentTypicality(generator),
    present: (latent, sink, kept) => generator.show(latent, sink, { kept }),
    image: (latent, kept) => generator.generate(latent, { kept }),
  };
}

/** How likely the rows of a latent are that a drag changes: the mean over them. */
export async function latentTypicality(
  generator: Generator,
): Promise<(ws: Float32Array) => Typicality> {
  const { principalBasis } = await import('./principal_coordinates.ts');
  const { typicality } = await import('../network/principal_basis.ts');
  const basis = await principalBasis(generator);
  const { wDim } = generator.config;
  return (ws) => {
    const rows = Array.from({ length: trainedRows }, (_, row) =>
      typicality(basis, ws.subarray(row * wDim, (row + 1) * wDim)),
    );
    const mean = (value: (row: Typicality) => number): number =>
      rows.reduce((sum, row) => sum + value(row), 0) / trainedRows;
    return { pn: mean(({ pn }) => pn), outside: mean(({ outside }) => outside) };
  };
}

/** The part of a network's description that needs no device. */
export const dragShape = (
  config: GeneratorConfig,
): Pick<Draggable, 'picture' | 'leaves' | 'fields' | 'dragDefaults'> => ({
  picture: { height: config.height, width: config.width },
  leaves: latentRows(config),
  fields: blockFields(config),
  dragDefaults: config.dragDefaults,
});

/** Rows of ws: the first `trainedRows` are trained, in W as one row. */
const latentRows = ({ numWs, wDim }: GeneratorConfig): LatentLeaf[] =>
  Array.from({ length: numWs }, (_, row) => ({
    name: `ws.${row}`,
    layout: 'vector',
    shape: [1, wDim],
    trained: row < trainedRows,
    tie: row < trainedRows ? 'w' : undefined,
  }));

const blockFields = (config: GeneratorConfig): BlockField[] =>
  blocksOf(config).map((block) => ({
    name: `b${block}.x`,
    map: blockMaps(block).conv1,
    channels: config.channels.get(block) ?? 0,
    extent: blockSize(config, block),
    block,
  }));

function coneOf(
  { height, width }: GeneratorConfig,
  { block, extent }: BlockField,
  reach: Reach,
): ConeLayout | undefined {
  if (reach.points + reach.tiles > mostRectangles) return undefined;
  return new ConeLayout({ ...reach, ...extent, block, imageHeight: height, imageWidth: width });
}
