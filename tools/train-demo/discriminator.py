"""A critic of small squares: it sees texture and edges, and leaves the whole to the regression."""
import torch
import torch.nn.functional as F
from torch import nn


class EqualizedConvolution(nn.Module):
    def __init__(self, inputs: int, outputs: int, size: int, stride: int = 1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, size, size))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.gain = (inputs * size * size) ** -0.5
        self.stride, self.padding = stride, (size - 1) // 2

    def forward(self, x):
        return F.conv2d(x, self.weight * self.gain, self.bias, self.stride, self.padding)


class Discriminator(nn.Module):
    """(N, 3, 128, 128) to a verdict (N, 1, 16, 16), each on about 38 x 38 pixels."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([
            EqualizedConvolution(3, 32, 4, 2),
            EqualizedConvolution(32, 64, 4, 2),
            EqualizedConvolution(64, 128, 4, 2),
            EqualizedConvolution(128, 128, 3),
        ])
        self.verdict = EqualizedConvolution(128, 1, 1)

    def forward(self, x):
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2) * 2 ** 0.5
        return self.verdict(x)


def critic_loss(real: torch.Tensor, made: torch.Tensor) -> torch.Tensor:
    """Logistic loss of the discriminator."""
    return F.softplus(-real).mean() + F.softplus(made).mean()


def adversarial_loss(made: torch.Tensor) -> torch.Tensor:
    """Non-saturating loss of the generator. Goodfellow et al. 2014."""
    return F.softplus(-made).mean()


def r1_penalty(discriminator: Discriminator, real: torch.Tensor) -> torch.Tensor:
    """Squared gradient of the verdict at real pictures. Mescheder et al. 2018."""
    real = real.detach().requires_grad_()
    verdict = discriminator(real).mean((1, 2, 3)).sum()
    gradient, = torch.autograd.grad(verdict, real, create_graph=True)
    return gradient.square().sum((1, 2, 3)).mean()
