import type { OperationName } from '../../src/engine/operations/operations.ts';
import { adam } from './adam.ts';
import { adam_together } from './adam_together.ts';
import { adam_weights } from './adam_weights.ts';
import { bias_act } from './bias_act.ts';
import { broadcast_latent } from './broadcast_latent.ts';
import { conv3x3 } from './conv3x3.ts';
import { conv3x3_up } from './conv3x3_up.ts';
import { demodulate } from './demodulate.ts';
import { fir } from './fir.ts';
import { fully_connected } from './fully_connected.ts';
import { absolute_loss, image_difference, keep_part, pyramid_down } from './image_loss.ts';
import { latent_regularization } from './latent_regularization.ts';
import { mask_loss, mask_loss_sampled } from './mask_loss.ts';
import { modulate, ofModulated } from './modulate.ts';
import { motion_supervision } from './motion_supervision.ts';
import { noise_correlation, noise_down, noise_map, normalize_noise } from './noise.ts';
import { normalize } from './normalize.ts';
import { offset_row, rebase_row } from './offset_row.ts';
import { point_tracking, remember } from './point_tracking.ts';
import { record } from './record.ts';
import { sample_tiles } from './sample_tiles.ts';
import { squared_distance } from './squared_distance.ts';
import { stop_rule } from './stop_rule.ts';
import { to_rgb } from './to_rgb.ts';
import { truncate } from './truncate.ts';
import type { Twin } from './twin.ts';
import { upsample } from './upsample.ts';
import { weight_energy } from './weight_energy.ts';
import { fir_act, withActivation } from './with_activation.ts';

/** Lists are no numbers to compare in f64: test/models/stylegan2/device/cone.test.ts has their twin, and `cases` none for them. */
const listsOfCells: Twin = () => {
  throw new RangeError('cell lists are tried in test/models/stylegan2/device/cone.test.ts');
};

/** What does the work of several operations is compared with these. */
const ofSeveral: Twin = () => {
  throw new RangeError('kernels for several calls are tried in test/engine/graph');
};

/** Every row of the table in f64. That of a loss gives the tensor `loss`, of shape [1]. */
export const twins: Readonly<Record<OperationName, Twin>> = {
  normalize,
  fully_connected,
  fully_connected_many: fully_connected,
  truncate,
  demodulate,
  weight_energy,
  conv3x3,
  conv3x3_up,
  conv3x3_cells: conv3x3,
  conv3x3_up_cells: conv3x3_up,
  modulate,
  conv3x3_cells_act: withActivation(conv3x3),
  conv3x3_modulated_act: withActivation(ofModulated(conv3x3)),
  conv3x3_split_k_act: withActivation(conv3x3),
  conv3x3_winograd: conv3x3,
  conv3x3_winograd_act: withActivation(conv3x3),
  fir_act,
  conv3x3_modulated: ofModulated(conv3x3),
  conv3x3_up_modulated: ofModulated(conv3x3_up),
  conv3x3_split_k: conv3x3,
  conv3x3_up_split_k: conv3x3_up,
  conv3x3_lanes: conv3x3,
  conv3x3_lanes_act: withActivation(conv3x3),
  conv3x3_up_lanes: conv3x3_up,
  conv3x3_lanes_layer: ofSeveral,
  conv3x3_up_lanes_layer: ofSeveral,
  layer_sums: ofSeveral,
  fully_connected_batch: ofSeveral,
  demodulate_batch: ofSeveral,
  offset_row_batch: ofSeveral,
  fully_connected_stack: ofSeveral,
  fir,
  bias_act,
  to_rgb,
  upsample,
  broadcast_latent,
  offset_row,
  rebase_row,
  forward_cone: listsOfCells,
  backward_cone: listsOfCells,
  remember,
  point_tracking,
  stop_rule,
  motion_supervision,
  mask_loss,
  mask_loss_sampled,
  sample_tiles,
  record,
  latent_regularization,
  adam,
  adam_together,
  squared_distance,
  adam_weights,
  image_difference,
  keep_part,
  pyramid_down,
  absolute_loss,
  noise_map,
  noise_down,
  noise_correlation,
  normalize_noise,
};
