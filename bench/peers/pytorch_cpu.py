"""The drag iteration in PyTorch on the processor, written straightforwardly. A peer of bench:peers.

Reads `problem.safetensors` in the folder that it is given; a task a line on standard input, a JSON line as answer, and
the values in `pytorch_cpu.<task>.f32`. The formulas are those of StyleGAN2 and DragGAN as the papers give them.
"""
import json
import math
import os
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

TRAINED_ROWS = 6
FIR = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 4


def read_safetensors(path):
    with open(path, 'rb') as file:
        raw = file.read()
    length = struct.unpack('<Q', raw[:8])[0]
    header = json.loads(raw[8:8 + length])
    metadata = header.pop('__metadata__', {})
    tensors = {}
    for name, entry in header.items():
        first, last = entry['data_offsets']
        values = np.frombuffer(raw[8 + length + first:8 + length + last], dtype=np.float32)
        tensors[name] = torch.from_numpy(values.reshape(entry['shape']).copy())
    return tensors, metadata


class Network:
    def __init__(self, tensors, metadata):
        self.t = tensors
        self.cells = int(metadata['cells'])
        self.resolution = int(metadata['resolution'])
        self.ws = tensors['bench.ws']

    def styles(self, w, layer):
        weight = self.t[f'{layer}.affine.weight']
        return w @ weight.T / math.sqrt(weight.shape[1]) + self.t[f'{layer}.affine.bias']

    def convolution(self, x, w, layer, up):
        weight = self.t[f'{layer}.weight']
        styles = self.styles(w, layer)
        modulated = weight * styles[None, :, None, None]
        demodulation = (modulated.square().sum((1, 2, 3), keepdim=True) + 1e-8).rsqrt()
        modulated = modulated * demodulation
        if up:
            # As a matrix product: Debian's build has a conv_transpose2d that is 15 times slower than its conv2d.
            channels, inputs = modulated.shape[:2]
            columns = modulated.permute(0, 2, 3, 1).reshape(-1, inputs) @ x.reshape(inputs, -1)
            t = F.fold(columns[None], 2 * x.shape[2] + 1, 3, stride=2)
            taps = torch.outer(FIR, FIR).expand(channels, 1, 4, 4)
            y = F.conv2d(F.pad(t, (1, 1, 1, 1)), taps, groups=channels)
        else:
            y = F.conv2d(x, modulated, padding=1)
        noise = self.t[f'{layer}.noise_const'] * self.t[f'{layer}.noise_strength']
        y = y + noise + self.t[f'{layer}.bias'][None, :, None, None]
        return F.leaky_relu(y, 0.2) * math.sqrt(2)

    def to_rgb(self, x, w, layer):
        styles = self.styles(w, layer) / math.sqrt(x.shape[1])
        weight = self.t[f'{layer}.weight'] * styles[None, :, None, None]
        return F.conv2d(x, weight) + self.t[f'{layer}.bias'][None, :, None, None]

    def upsample(self, image):
        channels = image.shape[1]
        taps = torch.outer(FIR, FIR).expand(channels, 1, 4, 4)
        return F.conv_transpose2d(image, taps, stride=2, padding=1, groups=channels)

    def run(self, ws, up_to, with_image):
        x = self.t['synthesis.b4.const'][None]
        image, row, r = None, 0, 4
        while r <= up_to:
            block = f'synthesis.b{r}'
            if r > 4:
                x = self.convolution(x, ws[row], f'{block}.conv0', True)
                row += 1
            x = self.convolution(x, ws[row], f'{block}.conv1', False)
            row += 1
            if with_image:
                colours = self.to_rgb(x, ws[row], f'{block}.torgb')
                image = colours if image is None else self.upsample(image) + colours
            r *= 2
        return image if with_image else x[0]

    def sample(self, features, rows, columns):
        return torch.einsum('in,cnm,jm->cij', self.t[f'bench.{rows}'], features, self.t[f'bench.{columns}'])

    def forward(self):
        with torch.no_grad():
            return self.run(self.ws, self.resolution, True), {}

    def iteration(self):
        w = self.ws[:TRAINED_ROWS].clone().requires_grad_()
        features = self.run(torch.cat([w, self.ws[TRAINED_ROWS:]]), self.cells, False)
        with torch.no_grad():
            window = self.sample(features, 'window_rows', 'window_columns')
            reference = self.t['bench.reference'][:, None, None]
            nearest = int((window - reference).square().sum(0).argmin())
        patch = self.sample(features, 'patch_rows', 'patch_columns').detach()
        shifted = self.sample(features, 'shifted_rows', 'shifted_columns')
        loss = ((shifted - patch).abs().sum(0) * self.t['bench.patch_weight']).sum()
        loss.backward()
        return w.grad, {'loss': float(loss), 'found': list(divmod(nearest, window.shape[2]))}


def main():
    folder = sys.argv[1]
    torch.set_num_threads(os.cpu_count())
    network = Network(*read_safetensors(os.path.join(folder, 'problem.safetensors')))
    print(json.dumps({'ready': True, 'version': torch.__version__, 'threads': torch.get_num_threads()}), flush=True)
    for line in sys.stdin:
        task = line.strip()
        began = time.perf_counter()
        values, answer = network.forward() if task == 'forward' else network.iteration()
        answer['ms'] = (time.perf_counter() - began) * 1000
        values.numpy().astype(np.float32).tofile(os.path.join(folder, f'pytorch_cpu.{task}.f32'))
        print(json.dumps(answer), flush=True)


main()
