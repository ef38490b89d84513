import { type Twin, tensor } from './twin.ts';

/** w in every row of ws, the first `cutoff` of them drawn towards the average (SPEC §1.3). */
export const truncate: Twin = ({ w, average }, { rows, samples, length, cutoff, psi }) => ({
  ws: tensor([rows, samples, length], (row, n, i) =>
    row < cutoff ? average.at(i) + psi * (w.at(n, i) - average.at(i)) : w.at(n, i),
  ),
});
