import type { PlanRequest } from '../../engine/graph/plan_request.ts';
import type { Call } from '../../engine/graph/reversal.ts';
import type { Coverage, Draggable, Field } from '../../models/draggable.ts';
import { splitConstant } from './constant_calls.ts';
import type { LatentLayout } from './latent_layout.ts';
import { type ObjectiveShape, tileCount, tileGrid } from './objective_shape.ts';

/** The plans that a drag runs. */
export interface ObjectivePlans {
  /** Computes what depends only on leaves that stay, to be run when they are set. Its results stay in the store. */
  readonly constant: PlanRequest;
  /**
   * Takes the references before the first iteration: the features at the handles and, with a mask, the whole feature
   * map, so that all cells are computed.
   */
  readonly references: PlanRequest;
  /** Run once whenever the latent is written, after the constant calls. */
  readonly settling: PlanRequest;
  /**
   * From the leaves to features, tracking, stop rule and losses; then, once the gradients are there, the step. Parameters:
   * `stop_rule` stop_distance, `adam` learning_rate, `mask_loss` lambda, `sample_tiles` seed, `latent_regularization`
   * regularization. Source: SPEC §3.
   */
  readonly iteration: PlanRequest;
}

/** Which cells a drag of this shape computes; undefined where maps are computed whole. */
export function coverageOf(generator: Draggable, shape: ObjectiveShape): Coverage | undefined {
  if (shape.coverage === 'dense') return undefined;
  return generator.coverage?.(fieldOf(generator, shape), shape);
}

/** @param coverage from `coverageOf`; its tensors are in the store */
export function objectivePlans(
  generator: Draggable,
  shape: ObjectiveShape,
  latent: LatentLayout,
  coverage: Coverage | undefined,
): ObjectivePlans {
  const field = fieldOf(generator, shape);
  const { leafCalls } = latent;
  const { constant, varying: all } = splitConstant(
    [...leafCalls, ...generator.calls(field)],
    latent.wanted,
  );
  // Leaves that follow from other coordinates are made after a step, and by whoever writes them.
  const following = latent.followed ? all.filter((call) => leafCalls.includes(call)) : [];
  const varying = all.filter((call) => !following.includes(call));
  const features = (covered: Coverage | undefined): Call[] => [
    ...(covered ? [covered.call('forward')] : []),
    ...varying,
  ];
  const cells = coverage && ((entry: Parameters<Coverage['listOf']>[0]) => coverage.listOf(entry));
  return {
    constant: { calls: constant },
    settling: { calls: latent.settling },
    references: shape.masked
      ? { calls: referenceCalls(shape, renamed(features(undefined), field.name)) }
      : { calls: referenceCalls(shape, features(coverage)), cells },
    iteration: {
      calls: [
        ...(shape.tiles > 0 ? [samplingCall(shape)] : []),
        ...features(coverage),
        ...lossCalls(shape, field, coverage),
        ...(shape.regularized ? latent.regularization : []),
      ],
      wanted: latent.wanted,
      standing: following,
      afterwards: [latent.step, ...following],
      cells,
    },
  };
}

function fieldOf({ fields }: Draggable, shape: ObjectiveShape): Field {
  const field = fields.find(({ name }) => name === shape.field);
  if (!field) throw new RangeError(`the generator has no field ${shape.field}`);
  return field;
}

/** With a mask the first map is kept under a name of its own. */
const firstFeatures = 'first_features';

const renamed = (calls: readonly Call[], features: string): Call[] =>
  calls.map((call) => ({
    ...call,
    tensors: Object.fromEntries(
      Object.entries(call.tensors).map(([own, tensor]) => [
        own,
        tensor === features ? firstFeatures : tensor,
      ]),
    ),
  }));

const referenceCalls = (shape: ObjectiveShape, calls: readonly Call[]): Call[] => [
  ...calls,
  {
    operation: 'remember',
    label: 'remember',
    sizes: { points: shape.points, channels: shape.channels, ...mapSizes(shape) },
    tensors: {
      features: shape.masked ? firstFeatures : shape.field,
      positions: 'positions',
      references: 'references',
    },
  },
];

/** Tracking, stop rule and the losses on features. */
function lossCalls(shape: ObjectiveShape, field: Field, coverage: Coverage | undefined): Call[] {
  const { points } = shape;
  const map = { points, channels: shape.channels, ...mapSizes(shape) };
  const features = field.name;
  const maps = { features: field.map };
  return [
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
    ...(coverage ? [coverage.call('backward')] : []),
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
      maps,
    },
    ...(shape.masked ? [{ ...maskCall(shape), maps }] : []),
  ];
}

function maskCall(shape: ObjectiveShape): Call {
  const { channels, tiles, field: features } = shape;
  const sampled = { sampled_tiles: 'sampled_tiles', tile_weights: 'tile_weights' };
  return {
    operation: tiles > 0 ? 'mask_loss_sampled' : 'mask_loss',
    label: 'mask_loss',
    sizes: { channels, ...mapSizes(shape), ...(tiles > 0 && { tiles, ...tileSizes(shape) }) },
    tensors: {
      features,
      first_features: firstFeatures,
      mask: 'mask',
      status: 'status',
      ...(tiles > 0 && sampled),
    },
    params: { lambda: 0 },
  };
}

const samplingCall = (shape: ObjectiveShape): Call => ({
  operation: 'sample_tiles',
  label: 'sample_tiles',
  sizes: { tiles: shape.tiles, ...tileSizes(shape), most_candidates: tileCount(shape) },
  tensors: {
    candidates: 'candidates',
    status: 'status',
    sampled_tiles: 'sampled_tiles',
    tile_weights: 'tile_weights',
  },
  params: { seed: 0 },
});

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

const tileSizes = (shape: ObjectiveShape) => {
  const { rows, columns } = tileGrid(shape);
  return { tile_rows: rows, tile_columns: columns };
};
