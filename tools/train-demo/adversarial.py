"""Sharpens a fitted generator: the regression goes on, and a critic of small squares pulls as well.

    OMP_WAIT_POLICY=passive nice -n 19 python3 adversarial.py --data D --run R --minutes 16 --start F

Non-saturating loss with R1. The critic first learns alone for CRITIC_STEPS; then the generator follows
the regression's gradient at the picture plus the critic's, scaled to PULL of its length. Saves
R/adversarial.pt every minute and goes on from it when started again.
"""
import argparse
import pathlib

import numpy as np
import torch

import cpu_kernels
from dataset import Pictures
from discriminator import Discriminator, adversarial_loss, critic_loss, r1_penalty
from losses import pyramid_loss
from run_state import RunState
from train import BATCH, make_optimiser, report, schedule, set_rate, warm_generator

CRITIC_STEPS = 300
CRITIC_RATE = 1e-2
R1_GAMMA = 1.0
R1_EVERY = 16
PULL = 0.5
REPORT_SECONDS = 60


def train_critic(discriminator, optimiser, true, made, step: int) -> float:
    """One step on real and made pictures, with R1 at every R1_EVERY-th."""
    loss = critic_loss(discriminator(true), discriminator(made))
    total = loss
    if step % R1_EVERY == 0:
        total = loss + 0.5 * R1_GAMMA * R1_EVERY * r1_penalty(discriminator, true)
    optimiser.zero_grad(set_to_none=True)
    total.backward()
    optimiser.step()
    return loss.item()


def pulled_gradient(image, true, weights, discriminator) -> tuple[torch.Tensor, float]:
    """The regression's gradient at the picture, and the critic's at PULL of its length."""
    image = image.detach().requires_grad_()
    regression = pyramid_loss(image, true, weights)
    toward_true, = torch.autograd.grad(regression, image)
    toward_real, = torch.autograd.grad(adversarial_loss(discriminator(image)), image)
    scale = PULL * toward_true.norm() / toward_real.norm().clamp(min=1e-12)
    return toward_true + scale * toward_real, regression.item()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=pathlib.Path, required=True)
    parser.add_argument('--run', type=pathlib.Path, required=True)
    parser.add_argument('--minutes', type=float, required=True)
    parser.add_argument('--start', type=pathlib.Path, required=True)
    parser.add_argument('--rate', type=float, default=2e-3)
    parser.add_argument('--seed', type=int, default=0)
    options = parser.parse_args()

    cpu_kernels.use()
    torch.manual_seed(options.seed)
    options.run.mkdir(parents=True, exist_ok=True)
    generator, discriminator = warm_generator(options.start), Discriminator()
    critic_optimiser = torch.optim.Adam(discriminator.parameters(), CRITIC_RATE, betas=(0, 0.99))
    state = RunState(options.run / 'adversarial.pt', generator, make_optimiser(generator),
                     discriminator=discriminator, critic_optimiser=critic_optimiser)
    state.resume()
    random = np.random.default_rng(options.seed + state.steps)
    test, train = Pictures(options.data, 'test'), Pictures(options.data, 'train')
    losses, verdicts, reported = [], [], state.seconds
    while state.seconds < options.minutes * 60:
        alone = state.steps < CRITIC_STEPS
        set_rate(state.optimiser, schedule(options.rate, state.seconds / (options.minutes * 60),
                                           state.steps - CRITIC_STEPS))
        z, true, weights = train.batch(BATCH, random)
        with torch.set_grad_enabled(not alone):
            image = generator(z)
        verdicts.append(train_critic(discriminator, critic_optimiser, true, image.detach(), state.steps))
        if alone:
            state.steps += 1
            continue
        gradient, loss = pulled_gradient(image, true, weights, discriminator)
        state.optimiser.zero_grad(set_to_none=True)
        image.backward(gradient)
        state.optimiser.step()
        state.count(BATCH, decay=0.995)
        losses.append(loss)
        if state.seconds - reported > REPORT_SECONDS:
            state.save()
            print(f'critic {np.mean(verdicts[-100:]):.3f}', end='  ')
            report(state, test, train, float(np.mean(losses[-100:])), options.run)
            reported = state.seconds
    state.save()
    report(state, test, train, float(np.mean(losses[-100:])), options.run)


if __name__ == '__main__':
    main()
