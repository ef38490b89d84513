import { sum, type Twin, tensor } from './twin.ts';

/** What one part of a latent adds to reg · mean |ws − w₀| over all its values. SPEC §3.5. */
export const latent_regularization: Twin = (
  { ws, initial_ws },
  { length, values, regularization },
) => ({
  loss: tensor([1], () => {
    const total = sum(length, (i) => Math.abs(ws.at(i) - initial_ws.at(i)));
    return (regularization * total) / values;
  }),
});
