"""Rendered pictures with their latents, read from files that may still be growing."""
import pathlib

import numpy as np
import torch

from factors import Z_DIM

SIZE = 128
FEATURE_BIT = 16  # set in the id byte by the renderer for eyes, nose and mouth
FEATURE_WEIGHT = 4.0


class Pictures:
    """NAME.rgb (bytes), NAME.id (part ids, feature bit) and NAME.z (float32) in one folder."""

    def __init__(self, folder: pathlib.Path, name: str):
        pixels = SIZE * SIZE
        rgb, ids = folder / f'{name}.rgb', folder / f'{name}.id'
        self.count = min(rgb.stat().st_size // (3 * pixels), ids.stat().st_size // pixels)
        shape = (self.count, SIZE, SIZE)
        self.rgb = np.memmap(rgb, np.uint8, 'r', shape=(*shape, 3))
        self.ids = np.memmap(ids, np.uint8, 'r', shape=shape)
        z = np.fromfile(folder / f'{name}.z', np.float32).reshape(-1, Z_DIM)
        self.z = torch.from_numpy(z[:self.count])

    def images(self, index) -> torch.Tensor:
        """(N, 3, SIZE, SIZE) in [-1, 1]."""
        return torch.from_numpy(np.array(self.rgb[index])).permute(0, 3, 1, 2).float() / 127.5 - 1

    def features(self, index) -> torch.Tensor:
        """(N, 1, SIZE, SIZE): 1 on eyes, nose and mouth."""
        bits = (self.ids[index] & FEATURE_BIT) > 0
        return torch.from_numpy(bits).float()[:, None]

    def batch(self, size: int, random: np.random.Generator):
        """Latents, images and per-pixel loss weights of `size` random pictures."""
        index = np.sort(random.integers(0, self.count, size))
        weights = 1 + (FEATURE_WEIGHT - 1) * self.features(index)
        return self.z[index], self.images(index).contiguous(), weights
