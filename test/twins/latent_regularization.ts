import { sum, type Twin, tensor } from './twin.ts';

/** What one row of ws adds to reg · mean |ws − w₀| over all rows. SPEC §3.5. */
export const latent_regularization: Twin = (
  { ws, initial_ws },
  { rows, length, regularization },
) => ({
  loss: tensor([1], () => {
    const total = sum(length, (i) => Math.abs(ws.at(i) - initial_ws.at(i)));
    return (regularization * total) / (rows * length);
  }),
});
