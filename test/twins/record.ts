import { type Twin, tensor } from './twin.ts';

/** The words of an iteration, one tensor after the other, in the slot whose turn it is; the other slots stay. */
export const record: Twin = (
  { positions, shifts, status, w, leaves, coordinates, turn, records },
  { slots, words, leaves_copied, coordinates_copied },
) => {
  const row = [
    ...[...positions.values, ...shifts.values, ...status.values, ...w.values],
    ...leaves.values.slice(0, leaves_copied),
    ...coordinates.values.slice(0, coordinates_copied),
  ];
  const slot = turn.at(0) % slots;
  return {
    records: tensor([slots, words], (at, word) => (at === slot ? row[word] : records.at(at, word))),
    turn: tensor([1], () => turn.at(0) + 1),
  };
};
