"""Pictures side by side, as PNG."""
import numpy as np
import torch
from PIL import Image


def to_bytes(images: torch.Tensor) -> np.ndarray:
    """(N, 3, H, W) in [-1, 1] to (N, H, W, 3), as SPEC section 2 converts."""
    values = (images * 127.5 + 128).clamp(0, 255).byte()
    return values.permute(0, 2, 3, 1).numpy()


def tile(images: torch.Tensor, columns: int) -> Image.Image:
    pictures = to_bytes(images)
    count, height, width, _ = pictures.shape
    rows = count // columns
    grid = pictures[:rows * columns].reshape(rows, columns, height, width, 3)
    return Image.fromarray(grid.transpose(0, 2, 1, 3, 4).reshape(rows * height, columns * width, 3))


def made_over_true(made: torch.Tensor, true: torch.Tensor, columns: int) -> Image.Image:
    """Rows of generated pictures, each above the row of the rendered ones."""
    rows = len(made) // columns
    pairs = [part for row in range(rows) for part in (
        made[row * columns:(row + 1) * columns], true[row * columns:(row + 1) * columns])]
    return tile(torch.cat(pairs), columns)
