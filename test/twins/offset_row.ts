import { type Twin, tensor } from './twin.ts';

/** A row of ws that moves with another w. */
export const offset_row: Twin = ({ w, base, strengths }, { length, row }) => ({
  ws: tensor([length], (i) => base.at(i) + strengths.at(row) * w.at(i)),
});

/** From where such a row moves, once it is known at a w. */
export const rebase_row: Twin = ({ w, ws, strengths }, { length, row }) => ({
  base: tensor([length], (i) => ws.at(i) - strengths.at(row) * w.at(i)),
});
