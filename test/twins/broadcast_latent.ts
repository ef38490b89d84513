import { type Twin, tensor } from './twin.ts';

/** One row of ws in W mode. SPEC §3. */
export const broadcast_latent: Twin = ({ w }, { length }) => ({
  ws: tensor([length], (i) => w.at(i)),
});
