"""The judge: a picture to the part and the canonical coordinates of every pixel, and to its 25 factors.

A plain U-Net: pairs of pixels become channels (64²), four halvings down to 4², from which the factors
are read, and back with skips. network.ts runs the same layers from the file that `save` writes.
"""
import pathlib

import torch
import torch.nn.functional as F
from torch import nn

from train_demo import factors, weights_file

SIZE = 128
PARTS = 10          # ids as the renderer writes them; 0 is the background
COORDINATES = 3
WIDTHS = (20, 40, 80, 112, 128)  # channels at 64², 32², 16², 8², 4²
CONTEXT = 192       # numbers that know the whole picture
DETAIL = 32         # channels before the last layer
OUTPUTS = PARTS + COORDINATES


class Step(nn.Module):
    """3 x 3 convolution, normalisation, ReLU."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1):
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return F.relu(self.norm(self.convolution(x)))

    def folded(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Weight and bias of the one convolution that it is once the statistics stand."""
        scale = self.norm.weight / (self.norm.running_var + self.norm.eps).sqrt()
        return (self.convolution.weight * scale[:, None, None, None],
                self.norm.bias - self.norm.running_mean * scale)


class Judge(nn.Module):
    def __init__(self):
        super().__init__()
        a, b, c, d, e = WIDTHS
        self.first = Step(12, a)
        self.down32, self.at32 = Step(a, b, 2), Step(b, b)
        self.down16, self.at16 = Step(b, c, 2), Step(c, c)
        self.down8, self.at8 = Step(c, d, 2), Step(d, d)
        self.down4 = Step(d, e, 2)
        self.context = nn.Linear(e * 16, CONTEXT)
        self.factors = nn.Linear(CONTEXT, len(factors.NAMES))
        self.spread = nn.Linear(CONTEXT, d)
        self.narrow16, self.up16 = nn.Conv2d(d, c, 1), Step(c, c)
        self.narrow32, self.up32 = nn.Conv2d(c, b, 1), Step(b, b)
        self.narrow64, self.up64 = nn.Conv2d(b, a, 1), Step(a, DETAIL)
        self.detail = Step(DETAIL, DETAIL)
        self.last = nn.Conv2d(DETAIL, 4 * OUTPUTS, 1)

    def forward(self, image):
        """(N, 3, 128, 128) in [-1, 1] to part scores, coordinates (N, 3, 128, 128) and factors (N, 25)."""
        at64 = self.first(F.pixel_unshuffle(image, 2))
        at32 = self.at32(self.down32(at64))
        at16 = self.at16(self.down16(at32))
        at8 = self.at8(self.down8(at16))
        context = F.relu(self.context(self.down4(at8).flatten(1)))
        x = at8 + self.spread(context)[:, :, None, None]
        x = self.up16(at16 + double(self.narrow16(x)))
        x = self.up32(at32 + double(self.narrow32(x)))
        x = self.up64(at64 + double(self.narrow64(x)))
        x = F.pixel_shuffle(self.last(self.detail(x)), 2)
        return x[:, :PARTS], x[:, PARTS:], self.factors(context)


def double(x: torch.Tensor) -> torch.Tensor:
    """Each cell becomes 2 x 2."""
    return F.interpolate(x, scale_factor=2.0, mode='nearest')


def save(judge: Judge, path: pathlib.Path) -> int:
    """Writes weights and biases by layer, f16; returns the file's size in bytes."""
    tensors = {}
    for name, layer in judge.named_children():
        weight, bias = layer.folded() if isinstance(layer, Step) else (layer.weight, layer.bias)
        tensors[f'{name}.weight'], tensors[f'{name}.bias'] = weight.detach(), bias.detach()
    return weights_file.write(path, tensors, {'kind': 'draggan-webgpu judge'})
