import { tileSide } from '../../src/models/draggable.ts';
import { type Twin, tensor } from './twin.ts';

/** pcg3d, its first word. Source: Jarzynski and Olano 2020, "Hash functions for GPU rendering". */
function hash(...key: [number, number, number]): number {
  let [x, y, z] = key.map((word) => (Math.imul(word, 1664525) + 1013904223) | 0);
  x = (x + Math.imul(y, z)) | 0;
  y = (y + Math.imul(z, x)) | 0;
  z = (z + Math.imul(x, y)) | 0;
  const mixed = (word: number) => word ^ (word >>> 16);
  return (mixed(x) + Math.imul(mixed(y), mixed(z))) >>> 0;
}

/** One tile from each run of candidates, with the run's length as its weight. */
export const sample_tiles: Twin = (
  { candidates, status },
  { tiles, tile_rows, tile_columns, seed },
) => {
  const count = status.at(0) === 0 ? candidates.at(0) : 0;
  const runs = Math.min(tiles, count);
  const samples = Array.from({ length: runs }, (_, run) => {
    const begin = Math.floor((run * count) / runs);
    const length = Math.floor(((run + 1) * count) / runs) - begin;
    const chosen = begin + (hash(seed, status.at(1), run) % length);
    return { tile: candidates.at(1 + chosen), length };
  });
  const row = (run: number): number[] => {
    const { tile, length } = samples[run] ?? { tile: 0, length: 0 };
    return [
      Math.floor(tile / tile_columns) * tileSide,
      (tile % tile_columns) * tileSide,
      length,
      0,
    ];
  };
  return {
    sampled_tiles: tensor([tiles, 4], (run, word) => (run < runs ? row(run)[word] : 0)),
    tile_weights: tensor(
      [tile_rows, tile_columns],
      (i, k) => samples.find(({ tile }) => tile === i * tile_columns + k)?.length ?? 0,
    ),
  };
};
