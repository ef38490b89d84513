"""The 25 factors of a picture and the fixed map from a latent z to them.

Every z has a known picture: u = Phi(z Q), with Q an orthonormal 64 x 25 basis drawn from a seed and z
normalised as StyleGAN2's mapping network does it. u is close to uniform on [0, 1] for each factor.

    python3 factors.py FOLDER        writes train.z, train.factors, test.z, test.factors (float32)
"""
import math
import pathlib
import sys

import torch

NAMES = (
    'yaw pitch roll px py size earLlen earRlen earLang earRang eyeL eyeR mouth smile muzzle nose '
    'brow mane maneCol hue light stripe iris lightDir bg'
).split()
Z_DIM = 64
BASIS_SEED = 7
SETS = {'train': (20_000, 1), 'test': (256, 2)}  # name: pictures, seed


def basis() -> torch.Tensor:
    """Q, (Z_DIM, factors), orthonormal columns."""
    generator = torch.Generator().manual_seed(BASIS_SEED)
    q, _ = torch.linalg.qr(torch.randn(Z_DIM, Z_DIM, generator=generator))
    return q[:, :len(NAMES)]


def normalise(z: torch.Tensor) -> torch.Tensor:
    """Unit mean square per row, as the mapping network normalises its input."""
    return z * (z.square().mean(1, keepdim=True) + 1e-8).rsqrt()


def factors_of(z: torch.Tensor) -> torch.Tensor:
    """(N, Z_DIM) to (N, factors) in [0, 1]."""
    return 0.5 * (1 + torch.erf(normalise(z) @ basis() / math.sqrt(2)))


def latents(count: int, seed: int) -> torch.Tensor:
    return normalise(torch.randn(count, Z_DIM, generator=torch.Generator().manual_seed(seed)))


def main(folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, (count, seed) in SETS.items():
        z = latents(count, seed)
        z.numpy().tofile(folder / f'{name}.z')
        factors_of(z).numpy().tofile(folder / f'{name}.factors')


if __name__ == '__main__':
    main(pathlib.Path(sys.argv[1]))
