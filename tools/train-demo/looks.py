"""Pictures to judge a model file by.

    python3 looks.py weights/demo.safetensors FOLDER

grid.png: 32 unseen seeds at truncation 1, then the same at 0.7. latents.png: rows of truncation
(psi -1 to 1), of mixing (coarse rows of one w, fine rows of another) and of straight lines in w.
"""
import pathlib
import sys

import numpy as np
import torch

import weights_file
from factors import Z_DIM
from grid import tile
from network import Generator

COLUMNS = 8


class Model:
    def __init__(self, path: str):
        tensors, _ = weights_file.read(path)
        self.generator = Generator()
        self.generator.load_state_dict({k: tensors[k] for k in self.generator.state_dict()})
        self.generator.eval()
        self.w_avg = tensors['mapping.w_avg']

    def w(self, seeds) -> torch.Tensor:
        """As the command line's --seed: NumPy's RandomState(seed).randn."""
        z = [np.random.RandomState(seed).randn(Z_DIM) for seed in seeds]
        return self.generator.mapping(torch.tensor(np.array(z), dtype=torch.float32))

    def images(self, w: torch.Tensor) -> torch.Tensor:
        rows = w if w.dim() == 3 else w[:, None].expand(-1, self.generator.synthesis.num_ws, -1)
        return self.generator.synthesis(rows).clamp(-1, 1)

    def truncated(self, w: torch.Tensor, psi: float) -> torch.Tensor:
        return self.w_avg + psi * (w - self.w_avg)


def grid(model: Model) -> torch.Tensor:
    w = model.w(range(32))
    return torch.cat([model.images(w), model.images(model.truncated(w, 0.7))])


def truncation(model: Model, seed: int) -> torch.Tensor:
    w = model.w([seed])
    psis = torch.linspace(-1, 1, COLUMNS)
    return model.images(torch.cat([model.truncated(w, psi.item()) for psi in psis]))


def mixing(model: Model, coarse: int, fine: int) -> torch.Tensor:
    a, b = model.w([coarse, fine])
    num_ws = model.generator.synthesis.num_ws
    crossovers = np.linspace(0, num_ws, COLUMNS).round().astype(int)
    rows = [torch.cat([a.expand(k, -1), b.expand(num_ws - k, -1)]) for k in crossovers]
    return model.images(torch.stack(rows))


def line(model: Model, start: int, end: int) -> torch.Tensor:
    a, b = model.w([start, end])
    return model.images(torch.stack([torch.lerp(a, b, t) for t in torch.linspace(0, 1, COLUMNS)]))


@torch.no_grad()
def main(model_file: str, folder: str) -> None:
    model = Model(model_file)
    tile(grid(model), COLUMNS).save(pathlib.Path(folder) / 'grid.png')
    rows = [truncation(model, 2), truncation(model, 9), mixing(model, 1, 24), mixing(model, 24, 1),
            line(model, 5, 12), line(model, 7, 28)]
    tile(torch.cat(rows), COLUMNS).save(pathlib.Path(folder) / 'latents.png')


if __name__ == '__main__':
    main(*sys.argv[1:])
