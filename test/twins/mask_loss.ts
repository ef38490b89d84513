import { tileSide } from '../../src/models/stylegan2/device/cone.ts';
import { resized } from './resize.ts';
import { sum, type Twin, tensor } from './twin.ts';

/** λ · mean |F·m − F⁰·m| over the channels and pixels of the resized maps. SPEC §3.5. */
export const mask_loss: Twin = ({ features, first_features, mask }, { channels, side, lambda }) => {
  const now = resized(features, side);
  const first = resized(first_features, side);
  const total = sum(channels, (c) =>
    sum(side, (i) => sum(side, (k) => Math.abs((now(c, i, k) - first(c, i, k)) * mask.at(i, k)))),
  );
  return { loss: tensor([1], () => (lambda * total) / (channels * side * side)) };
};

/** The tile of a pixel, on one axis: that of its lower cell. */
const tileOf = (pixel: number, cells: number, side: number): number =>
  Math.floor(Math.floor(Math.max(((pixel + 0.5) * cells) / side - 0.5, 0)) / tileSide);

/** The same, each pixel with its tile's weight. */
export const mask_loss_sampled: Twin = (
  { features, first_features, mask, tile_weights },
  { channels, cells, side, lambda },
) => {
  const weighted = tensor(
    [side, side],
    (i, k) => mask.at(i, k) * tile_weights.at(tileOf(i, cells, side), tileOf(k, cells, side)),
  );
  return mask_loss({ features, first_features, mask: weighted }, { channels, side, lambda });
};
