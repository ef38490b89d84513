"""Reading and writing safetensors in f16 and f32: a JSON header with offsets, then the raw tensors."""
import json
import struct

import numpy as np
import torch

DTYPES = {'F16': np.float16, 'F32': np.float32}


def read(path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Tensors by name, as f32, and the metadata."""
    with open(path, 'rb') as file:
        data = file.read()
    length, = struct.unpack('<Q', data[:8])
    header = json.loads(data[8:8 + length])
    body = data[8 + length:]
    metadata = header.pop('__metadata__', {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry['data_offsets']
        values = np.frombuffer(body[begin:end], DTYPES[entry['dtype']]).reshape(entry['shape'])
        tensors[name] = torch.from_numpy(values.astype(np.float32))
    return tensors, metadata


def write(path, tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> int:
    """All tensors as f16; returns the file's size in bytes."""
    header, blobs, offset = {'__metadata__': metadata}, [], 0
    for name, tensor in tensors.items():
        blob = tensor.half().contiguous().numpy().tobytes()
        header[name] = {
            'dtype': 'F16',
            'shape': list(tensor.shape),
            'data_offsets': [offset, offset + len(blob)],
        }
        offset += len(blob)
        blobs.append(blob)
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    data = struct.pack('<Q', len(text)) + text + b''.join(blobs)
    with open(path, 'wb') as file:
        file.write(data)
    return len(data)
