import type { Call } from '../../engine/graph/reversal.ts';
import { type ConeLayout, mostRectangles } from '../../models/stylegan2/device/cone.ts';
import { adamCall, broadcastCalls } from '../../models/stylegan2/device/latent_calls.ts';
import { blockSize, type GeneratorConfig } from '../../models/stylegan2/network/config.ts';
import { blockMaps, synthesisCalls } from '../../models/stylegan2/network/network.ts';
import { type DragOptions, featureBlockName, imageRadius } from '../options.ts';
import { splitFrozen } from './frozen_layers.ts';
import { sampledTileCount, tileCount, tileGrid } from './mask_tiles.ts';

/** Rows of ws that a drag changes, whatever the feature block. SPEC §3. */
export const trainedRows = 6;

/** All that decides which kernels an iteration runs, and on what sizes. */
export interface ObjectiveShape {
  readonly points: number;
  /** Whose output is the feature map, by its name: 4, 8, 16, … */
  readonly block: number;
  /** Of the feature map, in cells. */
  readonly height: number;
  readonly width: number;
  /** Of the image, in pixels. */
  readonly imageHeight: number;
  readonly imageWidth: number;
  /** Channels of the feature map. */
  readonly channels: number;
  /** In pixels of the image. */
  readonly patchRadius: number;
  readonly trackingRadius: number;
  readonly space: 'w' | 'w+';
  readonly masked: boolean;
  /** Tiles that the mask loss is estimated from; 0: it is computed whole. */
  readonly tiles: number;
  readonly regularized: boolean;
  /** Only the dependency cone is computed, or every map whole. */
  readonly coverage: 'cone' | 'dense';
}

export function objectiveShape(
  config: GeneratorConfig,
  options: DragOptions,
  { points, masked }: { readonly points: number; readonly masked: boolean },
): ObjectiveShape {
  const side = Math.max(config.height, config.width);
  const block = featureBlockName(config, options.featureBlock);
  const map = blockSize(config, block);
  const tiles = masked ? sampledTileCount(options.maskSampling, map) : 0;
  const local = (!masked || tiles > 0) && points + tiles <= mostRectangles;
  return {
    points,
    block,
    ...map,
    imageHeight: config.height,
    imageWidth: config.width,
    channels: config.channels.get(block) ?? 0,
    // On a small image the paper's radius rounds to nothing; a patch of no pixel would have no loss.
    patchRadius: Math.max(1, imageRadius(options.r1, side)),
    trackingRadius: imageRadius(options.r2, side),
    space: options.space,
    masked,
    tiles,
    regularized: options.regularization > 0,
    // The loss of a whole mask is dense itself.
    coverage: local ? options.coverage : 'dense',
  };
}

/** The tensors whose gradients Adam takes. */
export const trainedTensors = (space: 'w' | 'w+'): string[] =>
  space === 'w' ? ['w'] : rowNames('ws', trainedRows);

export const rowNames = (tensor: string, rows: number): string[] =>
  Array.from({ length: rows }, (_, row) => `${tensor}.${row}`);

/**
 * One iteration as data, for the reversed plan: `w` to features, tracking, stop rule and losses; then, once the
 * gradients are there, the step. Parameters: `stop_rule` stop_distance, `adam` learning_rate, `mask_loss` lambda,
 * `sample_tiles` seed, `latent_regularization` regularization. Source: SPEC §3.
 */
export function iterationCalls(
  config: GeneratorConfig,
  shape: ObjectiveShape,
  cone?: ConeLayout,
): { calls: Call[]; wanted: string[]; afterwards: Call[] } {
  const { points } = shape;
  const map = { points, channels: shape.channels, ...mapSizes(shape) };
  const features = featureName(shape);
  const calls: Call[] = [
    ...(shape.tiles > 0 ? [samplingCall(shape)] : []),
    ...featureCalls(config, shape, cone),
    {
      operation: 'point_tracking',
      label: 'point_tracking',
      sizes: { ...map, radius: shape.trackingRadius },
      tensors: { features, references: 'references', positions: 'positions', status: 'status' },
    },
    {
      operation: 'stop_rule',
      label: 'stop_rule',
      sizes: { points, ...imageSizes(shape), radius: shape.patchRadius },
      tensors: { positions: 'positions', targets: 'targets', shifts: 'shifts', status: 'status' },
      params: { stop_distance: 0 },
    },
    ...(cone ? [cone.call('backward')] : []),
    {
      operation: 'motion_supervision',
      label: 'motion_supervision',
      sizes: { ...map, radius: shape.patchRadius },
      tensors: {
        features,
        positions: 'positions',
        shifts: 'shifts',
        signs: 'signs',
        status: 'status',
      },
      maps: { features: mapName(shape) },
    },
  ];
  if (shape.masked) calls.push(maskCall(shape));
  if (shape.regularized)
    for (let row = 0; row < trainedRows; row++)
      calls.push({
        operation: 'latent_regularization',
        label: 'latent_regularization',
        sizes: { rows: config.numWs, length: config.wDim },
        tensors: { ws: `ws.${row}`, initial_ws: `initial_ws.${row}`, status: 'status' },
        params: { regularization: 0 },
      });
  return {
    calls,
    wanted: trainedTensors(shape.space),
    afterwards: [adamCall(shape.space === 'w' ? 1 : trainedRows, config.wDim)],
  };
}

/**
 * What is taken before the first iteration: the features at the handles, and with a mask the whole map, for which there
 * is no cone.
 */
export function referenceCalls(
  config: GeneratorConfig,
  shape: ObjectiveShape,
  cone?: ConeLayout,
): Call[] {
  const { channels, points } = shape;
  const features = shape.masked ? 'first_features' : featureName(shape);
  const renamed = (tensor: string) => (tensor === featureName(shape) ? features : tensor);
  const calls = featureCalls(config, shape, cone).map((call) => ({
    ...call,
    tensors: Object.fromEntries(
      Object.entries(call.tensors).map(([own, tensor]) => [own, renamed(tensor)]),
    ),
  }));
  return [
    ...calls,
    {
      operation: 'remember',
      label: 'remember',
      sizes: { points, channels, ...mapSizes(shape) },
      tensors: { features, positions: 'positions', references: 'references' },
    },
  ];
}

const mapName = ({ block }: ObjectiveShape): string => blockMaps(block).conv1;
const featureName = ({ block }: ObjectiveShape): string => `b${block}.x`;

const imageSizes = ({ imageHeight, imageWidth }: ObjectiveShape) => ({
  image_height: imageHeight,
  image_width: imageWidth,
});

/** Sizes of the feature map in cells, and of the image in pixels. */
const mapSizes = (shape: ObjectiveShape) => ({
  height: shape.height,
  width: shape.width,
  ...imageSizes(shape),
});

/** The network up to the feature block, from the rows of ws, or in W mode from `w`. */
function featureCalls(
  config: GeneratorConfig,
  { block, space }: ObjectiveShape,
  cone?: ConeLayout,
): Call[] {
  return [
    ...(space === 'w' ? broadcastCalls(rowNames('ws', trainedRows), config.wDim) : []),
    ...(cone ? [cone.call('forward')] : []),
    ...layersOf(config, block).others,
  ];
}

/**
 * Styles and demodulation of the layers whose rows of ws no iteration changes. Their results are constants of iterations
 * and references, and are made when the rows are known.
 */
export const frozenCalls = (config: GeneratorConfig, { block }: ObjectiveShape): readonly Call[] =>
  layersOf(config, block).frozen;

const layersOf = (config: GeneratorConfig, block: number) =>
  splitFrozen(synthesisCalls(config, { upTo: block, image: false }), trainedRows);

function samplingCall(shape: ObjectiveShape): Call {
  const { tiles } = shape;
  return {
    operation: 'sample_tiles',
    label: 'sample_tiles',
    sizes: { tiles, ...tileSizes(shape), most_candidates: tileCount(shape) },
    tensors: {
      candidates: 'candidates',
      status: 'status',
      sampled_tiles: 'sampled_tiles',
      tile_weights: 'tile_weights',
    },
    params: { seed: 0 },
  };
}

const tileSizes = (shape: ObjectiveShape) => {
  const { rows, columns } = tileGrid(shape);
  return { tile_rows: rows, tile_columns: columns };
};

function maskCall(shape: ObjectiveShape): Call {
  const { channels, tiles } = shape;
  const sampled = { sampled_tiles: 'sampled_tiles', tile_weights: 'tile_weights' };
  return {
    operation: tiles > 0 ? 'mask_loss_sampled' : 'mask_loss',
    label: 'mask_loss',
    sizes: { channels, ...mapSizes(shape), ...(tiles > 0 && { tiles, ...tileSizes(shape) }) },
    tensors: {
      features: featureName(shape),
      first_features: 'first_features',
      mask: 'mask',
      status: 'status',
      ...(tiles > 0 && sampled),
    },
    params: { lambda: 0 },
    maps: { features: mapName(shape) },
  };
}
