"""Rendered pictures with their truth: part ids, canonical coordinates, factors.

    python3 dataset.py FOLDER        writes train.factors and test.factors (float32, 25 a picture)
"""
import pathlib
import sys

import numpy as np
import torch

SIZE, FACTORS = 128, 25
PART_BITS = 15       # of the id byte; the bit above marks eyes, nose and mouth
SETS = {'train': (9_000, 31), 'test': (512, 32)}  # name: pictures, seed


class Renders:
    """NAME.rgb, NAME.id, NAME.canonical and NAME.factors in one folder; they may still be growing."""

    def __init__(self, folder: pathlib.Path, name: str):
        pixels = SIZE * SIZE
        positions = folder / f'{name}.canonical'
        self.count = positions.stat().st_size // (16 * pixels)
        shape = (self.count, SIZE, SIZE)
        self.rgb = np.memmap(folder / f'{name}.rgb', np.uint8, 'r', shape=(*shape, 3))
        self.ids = np.memmap(folder / f'{name}.id', np.uint8, 'r', shape=shape)
        self.canonical = np.memmap(positions, np.float32, 'r', shape=(*shape, 4))
        self.factors = np.fromfile(folder / f'{name}.factors', np.float32).reshape(-1, FACTORS)

    def batch(self, index: np.ndarray):
        """Images in [-1, 1], part ids (long), whether of eyes, nose or mouth, coordinates, factors."""
        ids = torch.from_numpy(np.array(self.ids[index]))
        images = torch.from_numpy(np.array(self.rgb[index])).permute(0, 3, 1, 2).float() / 127.5 - 1
        canonical = torch.from_numpy(np.array(self.canonical[index])[..., :3]).permute(0, 3, 1, 2)
        return (images.contiguous(), (ids & PART_BITS).long(), ids > PART_BITS, canonical,
                torch.from_numpy(self.factors[index]))


def main(folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, (count, seed) in SETS.items():
        factors = np.random.RandomState(seed).rand(count, FACTORS)
        factors.astype(np.float32).tofile(folder / f'{name}.factors')


if __name__ == '__main__':
    main(pathlib.Path(sys.argv[1]))
