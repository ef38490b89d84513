"""What a training run must remember to go on: weights, their average, the optimiser, the clock."""
import os
import pathlib
import time

import torch

from network import Generator


class RunState:
    """A generator with its exponential average, saved to and resumed from one file.

    `others`: what else has a state_dict and goes on with the run, by name.
    """

    def __init__(self, path: pathlib.Path, generator: Generator, optimiser: torch.optim.Optimizer,
                 **others):
        self.path, self.generator, self.optimiser = path, generator, optimiser
        self.others = others
        self.average = {k: v.clone() for k, v in generator.state_dict().items()}
        self.steps = self.pictures = 0
        self.seconds_before = 0.0  # of earlier sessions of this run
        self.started = time.time()

    @property
    def seconds(self) -> float:
        return self.seconds_before + time.time() - self.started

    def count(self, pictures: int, decay: float) -> None:
        """After an optimiser step: advance the counters and the average."""
        self.steps += 1
        self.pictures += pictures
        with torch.no_grad():
            for name, value in self.generator.state_dict().items():
                self.average[name].lerp_(value, 1 - decay)

    def averaged(self) -> Generator:
        generator = Generator()
        generator.load_state_dict(self.average)
        return generator.eval()

    def save(self) -> None:
        temporary = self.path.with_suffix('.tmp')
        torch.save({
            'generator': self.generator.state_dict(),
            'average': self.average,
            'optimiser': self.optimiser.state_dict(),
            'steps': self.steps,
            'pictures': self.pictures,
            'seconds': self.seconds,
            **{name: other.state_dict() for name, other in self.others.items()},
        }, temporary)
        os.replace(temporary, self.path)

    def resume(self) -> bool:
        if not self.path.exists():
            return False
        saved = torch.load(self.path)
        self.generator.load_state_dict(saved['generator'])
        self.average = saved['average']
        self.optimiser.load_state_dict(saved['optimiser'])
        for name, other in self.others.items():
            other.load_state_dict(saved[name])
        self.steps, self.pictures = saved['steps'], saved['pictures']
        self.seconds_before, self.started = saved['seconds'], time.time()
        return True
