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
