import type { OperationName } from '../../src/engine/operations.ts';
import { bias_act } from './bias_act.ts';
import { broadcast_latent } from './broadcast_latent.ts';
import { conv3x3 } from './conv3x3.ts';
import { conv3x3_up } from './conv3x3_up.ts';
import { demodulate } from './demodulate.ts';
import { fir } from './fir.ts';
import { fully_connected } from './fully_connected.ts';
import { normalize } from './normalize.ts';
import { to_rgb } from './to_rgb.ts';
import { truncate } from './truncate.ts';
import type { Twin } from './twin.ts';
import { upsample } from './upsample.ts';

/** Operations that are functions of their inputs alone, to be tried with the cases of cases.ts. */
export const twins: Readonly<Partial<Record<OperationName, Twin>>> = {
  normalize,
  fully_connected,
  truncate,
  demodulate,
  conv3x3,
  conv3x3_up,
  fir,
  bias_act,
  to_rgb,
  upsample,
  broadcast_latent,
};

/**
 * Operations that depend on where the drag stands (positions, status), or that change what they read. Their twins
 * stand beside the others; the test file that is named here makes the situations to try them in.
 */
export const triedInSituations: Readonly<Partial<Record<OperationName, string>>> = {
  remember: 'drag_kernels.test.ts',
  point_tracking: 'drag_kernels.test.ts',
  stop_rule: 'drag_kernels.test.ts',
  motion_supervision: 'drag_kernels.test.ts',
  mask_loss: 'drag_kernels.test.ts',
  latent_regularization: 'drag_kernels.test.ts',
  adam: 'drag_kernels.test.ts',
};
