import type { OperationName } from '../../src/engine/operations.ts';
import { bias_act } from './bias_act.ts';
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

/** Operations that `test/operations.test.ts` and `npm run check` try against their twin, with the cases of cases.ts. */
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
};
