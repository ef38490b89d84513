"""The regression loss and the figures that judge a generator on held-out pictures."""
import math

import torch
import torch.nn.functional as F

LEVELS = 4
GRADIENT_WEIGHT = 1.0


def pyramid_loss(made, true, weights) -> torch.Tensor:
    """Weighted L1 of values and of differences between neighbours, on halved resolutions."""
    total = made.new_zeros(())
    for level in range(LEVELS):
        error = made - true
        total = total + (weights * error.abs()).mean()
        across = (weights[..., 1:] * error.diff(dim=-1).abs()).mean()
        down = (weights[..., 1:, :] * error.diff(dim=-2).abs()).mean()
        total = total + 0.5 * GRADIENT_WEIGHT * (across + down)
        if level < LEVELS - 1:
            made, true, weights = (F.avg_pool2d(t, 2) for t in (made, true, weights))
    return total


def decibels(mean_square: float) -> float:
    return -10 * math.log10(mean_square)


@torch.no_grad()
def held_out_psnr(generator, pictures, count: int = 128, batch: int = 32) -> tuple[float, float]:
    """Mean PSNR of whole pictures, and PSNR over all pixels of eyes, nose and mouth."""
    per_picture, feature_error, feature_pixels = [], 0.0, 0.0
    for first in range(0, count, batch):
        index = slice(first, min(first + batch, count))
        made = generator(pictures.z[index]).clamp(-1, 1)
        square = ((made - pictures.images(index)) / 2).square()
        per_picture += [decibels(error) for error in square.mean((1, 2, 3)).tolist()]
        features = pictures.features(index)
        feature_error += (square * features).sum().item()
        feature_pixels += features.sum().item() * 3
    return sum(per_picture) / count, decibels(feature_error / feature_pixels)
