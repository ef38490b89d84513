"""Trains the judge on renders.

    OMP_NUM_THREADS=1 nice -n 10 python3 train.py --data D --run R --minutes 25

Saves R/judge.pt and R/judge.safetensors every two minutes, with a line of figures on held-out renders,
and goes on from there when it is started again. Pictures are softened and shaded a little at random: a
generator's are softer than the renderer's.
"""
import argparse
import math
import pathlib
import time

import numpy as np
import torch
import torch.nn.functional as F

from dataset import Renders
from network import Judge, save

BATCH = 16
RATE, SETTLE, WARM_UP_STEPS = 3e-3, 0.02, 50
FEATURE_WEIGHT = 3.0      # of eyes, nose and mouth
COORDINATE_WEIGHT, FACTOR_WEIGHT = 4.0, 4.0
REPORT_SECONDS = 120
REOPEN_STEPS = 100        # how often to look for newly rendered pictures


def softened(images: torch.Tensor) -> torch.Tensor:
    """Each picture between itself and one of half the resolution, brighter or darker by 4 %, with noise."""
    low = F.interpolate(F.avg_pool2d(images, 2), scale_factor=2.0, mode='bilinear', align_corners=False)
    share, gain, noise = (torch.rand(len(images), 1, 1, 1) for _ in range(3))
    mixed = images + share * (low - images)
    return mixed * (0.96 + 0.08 * gain) + 0.04 * noise * torch.randn_like(images)


def losses(judge: Judge, batch) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Of parts (nats), coordinates (units of the lion) and factors (mean absolute error)."""
    images, parts, features, canonical, factors = batch
    with torch.autocast('cpu', dtype=torch.bfloat16):
        outputs = judge(images.contiguous(memory_format=torch.channels_last))
    scores, coordinates, guessed = (output.float() for output in outputs)
    weights = 1 + (FEATURE_WEIGHT - 1) * features
    part_loss = (F.cross_entropy(scores, parts, reduction='none') * weights).mean()
    solid = weights * (parts > 0)
    off = (coordinates - canonical).abs().sum(1)
    return part_loss, (off * solid).sum() / solid.sum(), (guessed - factors).abs().mean()


@torch.no_grad()
def report(judge: Judge, test: Renders, count: int = 128) -> str:
    """Mean losses, and the share of right parts, on held-out renders."""
    judge.eval()
    figures = []
    for first in range(0, count, BATCH):
        batch = test.batch(np.arange(first, first + BATCH))
        values = [loss.item() for loss in losses(judge, batch)]
        right = (judge(batch[0])[0].argmax(1) == batch[1]).float().mean().item()
        figures.append([*values, right])
    judge.train()
    parts, coordinates, factors, right = np.mean(figures, 0)
    return (f'parts {parts:.3f} ({100 * right:.1f} % right)  coordinates {coordinates:.3f}'
            f'  factors {factors:.4f}')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=pathlib.Path, required=True)
    parser.add_argument('--run', type=pathlib.Path, required=True)
    parser.add_argument('--minutes', type=float, required=True)
    options = parser.parse_args()

    torch.manual_seed(0)
    options.run.mkdir(parents=True, exist_ok=True)
    judge = Judge().to(memory_format=torch.channels_last)
    checkpoint = options.run / 'judge.pt'
    optimiser = torch.optim.Adam(judge.parameters(), RATE, betas=(0.9, 0.99))
    steps, before = 0, 0.0
    if checkpoint.exists():
        saved = torch.load(checkpoint)
        judge.load_state_dict(saved['judge'])
        optimiser.load_state_dict(saved['optimiser'])
        steps, before = saved['steps'], saved['seconds']
    random = np.random.default_rng(steps)
    test, train = Renders(options.data, 'test'), Renders(options.data, 'train')
    started = reported = time.time()
    running = None

    def keep() -> None:
        torch.save({'judge': judge.state_dict(), 'optimiser': optimiser.state_dict(), 'steps': steps,
                    'seconds': before + time.time() - started}, checkpoint)
        size = save(judge, options.run / 'judge.safetensors')
        print(f'{(before + time.time() - started) / 60:.1f} min  step {steps}  of {train.count} pictures'
              f'  train {running:.3f}  held-out {report(judge, test)}  {size / 1e6:.2f} MB', flush=True)

    while (fraction := (before + time.time() - started) / 60 / options.minutes) < 1:
        if steps % REOPEN_STEPS == 0:
            train = Renders(options.data, 'train')
        decay = max(SETTLE, 0.5 + 0.5 * math.cos(math.pi * fraction))
        for group in optimiser.param_groups:
            group['lr'] = RATE * decay * min(1, (steps + 1) / WARM_UP_STEPS)
        images, *truth = train.batch(np.sort(random.integers(0, train.count, BATCH)))
        parts, coordinates, factors = losses(judge, (softened(images), *truth))
        loss = parts + COORDINATE_WEIGHT * coordinates + FACTOR_WEIGHT * factors
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        steps += 1
        running = loss.item() if running is None else 0.98 * running + 0.02 * loss.item()
        if time.time() - reported > REPORT_SECONDS:
            keep()
            reported = time.time()
    keep()


if __name__ == '__main__':
    main()
