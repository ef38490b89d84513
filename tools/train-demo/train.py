"""Fits the generator to rendered pictures: every z has a known picture, so this is regression.

    OMP_WAIT_POLICY=passive nice -n 19 python3 train.py --data D --run R --minutes 75 [--start F]

Saves R/regression.pt every minute, with a grid and a line of figures, and goes on from it when
started again. `--start` takes the weights of a safetensors file for the first start.
"""
import argparse
import math
import pathlib

import numpy as np
import torch

import cpu_kernels
import weights_file
from dataset import Pictures
from factors import basis
from grid import made_over_true
from losses import held_out_psnr, pyramid_loss
from network import Generator
from run_state import RunState

BATCH = 8
MAPPING_BOOST = 100.0  # the mapping's multiplier of 0.01 makes weights that Adam hardly moves
WARM_UP_STEPS = 100
SETTLE = 0.02  # the last learning rate, relative to the first
REPORT_SECONDS = 60
REOPEN_STEPS = 200  # how often to look for newly rendered pictures


def fresh_generator() -> Generator:
    """Starts blind to the dimensions of z that carry nothing: fc0's rows lie in the basis."""
    generator = Generator()
    q, fc0 = basis(), generator.mapping.fc0
    with torch.no_grad():
        rows = torch.randn(len(fc0.weight), q.shape[1]) @ q.t()
        fc0.weight.copy_(rows * math.sqrt(q.shape[0] / q.shape[1]) / fc0.rate)
    return generator


def warm_generator(path: pathlib.Path) -> Generator:
    tensors, _ = weights_file.read(path)
    generator = Generator()
    own = generator.state_dict()
    generator.load_state_dict({name: tensors[name] for name in own})
    return generator


def make_optimiser(generator: Generator) -> torch.optim.Adam:
    groups = [
        {'params': list(generator.mapping.parameters()), 'boost': MAPPING_BOOST},
        {'params': list(generator.synthesis.parameters()), 'boost': 1.0},
    ]
    return torch.optim.Adam(groups, betas=(0.9, 0.99))


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    for group in optimiser.param_groups:
        group['lr'] = rate * group['boost']


def schedule(rate: float, fraction: float, step: int) -> float:
    """A cosine from `rate` down over the run, after a short warm-up."""
    decay = max(SETTLE, 0.5 + 0.5 * math.cos(math.pi * min(1, fraction)))
    return rate * decay * min(1, (step + 1) / WARM_UP_STEPS)


def report(state: RunState, test: Pictures, train: Pictures, loss: float, run: pathlib.Path) -> None:
    generator = state.averaged()
    whole, features = held_out_psnr(generator, test)
    fitted, _ = held_out_psnr(generator, train, count=32)
    with torch.no_grad():
        made = generator(test.z[:32]).clamp(-1, 1)
    made_over_true(made, test.images(slice(0, 32)), 8).save(run / 'progress.png')
    print(f'{state.seconds / 60:.1f} min  step {state.steps}  pictures {state.pictures}'
          f' of {train.count}  loss {loss:.4f}  held-out {whole:.2f} dB'
          f' (features {features:.2f})  train {fitted:.2f} dB', flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=pathlib.Path, required=True)
    parser.add_argument('--run', type=pathlib.Path, required=True)
    parser.add_argument('--minutes', type=float, required=True)
    parser.add_argument('--start', type=pathlib.Path)
    parser.add_argument('--rate', type=float, default=1.5e-2)
    parser.add_argument('--seed', type=int, default=0)
    options = parser.parse_args()

    cpu_kernels.use()
    torch.manual_seed(options.seed)
    options.run.mkdir(parents=True, exist_ok=True)
    generator = warm_generator(options.start) if options.start else fresh_generator()
    state = RunState(options.run / 'regression.pt', generator, make_optimiser(generator))
    state.resume()
    random = np.random.default_rng(options.seed + state.steps)
    test, train = Pictures(options.data, 'test'), Pictures(options.data, 'train')
    losses, reported = [], state.seconds
    while state.seconds < options.minutes * 60:
        if state.steps % REOPEN_STEPS == 0:
            train = Pictures(options.data, 'train')
        fraction = state.seconds / (options.minutes * 60)
        set_rate(state.optimiser, schedule(options.rate, fraction, state.steps))
        z, true, weights = train.batch(BATCH, random)
        loss = pyramid_loss(generator(z), true, weights)
        state.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        state.optimiser.step()
        state.count(BATCH, decay=0.99 if state.steps > 200 else 0.9)
        losses.append(loss.item())
        if state.seconds - reported > REPORT_SECONDS:
            state.save()
            report(state, test, train, float(np.mean(losses[-100:])), options.run)
            reported = state.seconds
    state.save()
    report(state, test, train, float(np.mean(losses[-100:])), options.run)


if __name__ == '__main__':
    main()
