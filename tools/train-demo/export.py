"""Writes the averaged generator of a run as the model file.

    python3 export.py RUN/regression.pt weights/demo.safetensors

Official names, f16, w_avg and the spread of w from 20,000 samples, the basis from z to factors, and
the drag defaults that were measured with bench/drag_quality.ts.
"""
import json
import sys

import torch

import weights_file
from factors import NAMES, basis, latents
from network import CHANNELS, MAPPING_LAYERS, W_DIM, Z_DIM, Generator

SAMPLES, SEED = 20_000, 11

# r1 and r2 in pixels of a 512-pixel picture; lambda where there is a mask.
DRAG_DEFAULTS = {
    'feature_block': 3, 'r1': 12, 'r2': 32, 'lr': 0.012, 'lambda': 20, 'steps': 250,
    'method': 'best',
}


def main(run_file: str, model_file: str) -> None:
    generator = Generator()
    generator.load_state_dict(torch.load(run_file)['average'])
    with torch.no_grad():
        w = generator.mapping(latents(SAMPLES, SEED))
    tensors = dict(generator.state_dict())
    tensors['mapping.w_avg'] = w.mean(0)
    tensors['factors.basis'] = basis()
    config = {
        'z_dim': Z_DIM, 'c_dim': 0, 'w_dim': W_DIM, 'img_resolution': max(CHANNELS),
        'img_channels': 3, 'num_ws': generator.synthesis.num_ws, 'mapping_layers': MAPPING_LAYERS,
    }
    size = weights_file.write(model_file, tensors, {
        'config': json.dumps(config),
        'drag_defaults': json.dumps(DRAG_DEFAULTS),
        'factors': ' '.join(NAMES),
        'w_std': f'{w.std(0).mean().item():.3f}',
    })
    print(f'{model_file}: {len(tensors)} tensors, {size} bytes, spread of w {w.std(0).mean():.3f}')


if __name__ == '__main__':
    main(*sys.argv[1:])
