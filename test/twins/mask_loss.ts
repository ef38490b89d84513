import { tileSide } from '../../src/models/draggable.ts';
import { resized } from './resize.ts';
import { sum, type Twin, tensor } from './twin.ts';

/** λ · mean |F·m − F⁰·m| over the channels and pixels of the resized maps. SPEC §3.5. */
export const mask_loss: Twin = (
  { features, first_features, mask },
  { channels, image_height, image_width, lambda },
) => {
  const now = resized(features, { image_height, image_width });
  const first = resized(first_features, { image_height, image_width });
  const total = sum(channels, (c) =>
    sum(image_height, (i) =>
      sum(image_width, (k) => Math.abs((now(c, i, k) - first(c, i, k)) * mask.at(i, k))),
    ),
  );
  return { loss: tensor([1], () => (lambda * total) / (channels * image_height * image_width)) };
};

/** The tile of a pixel, on one axis: that of its lower cell. */
const tileOf = (pixel: number, cells: number, pixels: number): number =>
  Math.floor(Math.floor(Math.max(((pixel + 0.5) * cells) / pixels - 0.5, 0)) / tileSide);

/** The same, each pixel with its tile's weight. */
export const mask_loss_sampled: Twin = (
  { features, first_features, mask, tile_weights },
  { channels, height, width, image_height, image_width, lambda },
) => {
  const weighted = tensor(
    [image_height, image_width],
    (i, k) =>
      mask.at(i, k) *
      tile_weights.at(tileOf(i, height, image_height), tileOf(k, width, image_width)),
  );
  const numbers = { channels, image_height, image_width, lambda };
  return mask_loss({ features, first_features, mask: weighted }, numbers);
};
