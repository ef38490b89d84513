import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareOutput } from '../../src/cli/files/atomic_file.ts';
import { readLatentFile, readZFile } from '../../src/cli/files/latent_file.ts';
import { readMask } from '../../src/cli/files/mask_file.ts';
import { DragTrace } from '../../src/cli/files/trace_file.ts';
import { parseCommandLine } from '../../src/cli/options/arguments.ts';
import { parsePoints } from '../../src/cli/options/points_option.ts';
import { InputError } from '../../src/formats/errors.ts';
import { writeNpz } from '../../src/formats/numpy/npz.ts';
import {
  parseSafetensors,
  type WritableTensor,
  writeSafetensors,
} from '../../src/formats/safetensors.ts';
import { encodePng } from '../../src/node/files/png_writing.ts';
import { torchTensor } from '../../tools/official_pickle.ts';
import { pickle } from '../../tools/pickle_writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'draggan-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a file of these tensors, each counting 0, 1, 2, …, and returns its path. */
function tensorFile(name: string, shapes: Record<string, number[]>, start = 0): string {
  const tensors = new Map<string, WritableTensor>();
  let first = start;
  for (const [tensor, shape] of Object.entries(shapes)) {
    const length = shape.reduce((product, size) => product * size, 1);
    const from = first;
    tensors.set(tensor, { shape, data: Float32Array.from({ length }, (_, i) => from + i) });
    first += 1000;
  }
  const path = join(folder, name);
  writeFileSync(path, writeSafetensors(tensors));
  return path;
}

describe('readLatentFile', () => {
  const network = { numWs: 3, wDim: 2 };
  const counting = (start: number) => Float32Array.from({ length: 6 }, (_, i) => start + i);

  it.each<[what: string, shapes: Record<string, number[]>, start: number]>([
    ['ws0 before ws', { w: [2], ws: [1, 3, 2], ws0: [3, 2] }, 2000],
    ['ws before w', { w: [2], ws: [3, 2] }, 1000],
    ['w of all rows', { w: [1, 3, 2] }, 0],
  ])('takes %s', async (_, shapes, start) => {
    const said: string[] = [];
    const path = tensorFile('latent', shapes, 0);
    expect(await readLatentFile(path, network, (line) => said.push(line))).toEqual(counting(start));
    expect(said).toEqual([]);
  });

  it.each([
    ['several samples', { ws: [4, 3, 2] }, 4],
    ['the iterations of a trace', { ws: [5, 1, 3, 2] }, 5],
  ])('takes of %s the first, and says so, or the one that is named', async (_, shapes, count) => {
    const said: string[] = [];
    const path = tensorFile('latents', shapes, 0);
    const read = (name: string) => readLatentFile(name, network, (line) => said.push(line));
    expect(await read(path)).toEqual(counting(0));
    expect(said).toEqual([
      `${path} has ${count} latents; the first is taken, as ${path}#0 would be`,
    ]);
    expect(await read(`${path}#2`)).toEqual(counting(12));
    expect(said).toHaveLength(1);
    await expect(read(`${path}#${count}`)).rejects.toThrow(
      `${path} has no sample ${count}: it has ${count}, from 0 to ${count - 1}`,
    );
    writeFileSync(`${path}#2`, readFileSync(path));
    expect(await read(`${path}#2`)).toEqual(counting(0));
    rmSync(`${path}#2`);
  });

  it('takes a file of several rows for all layers', async () => {
    const path = tensorFile('rows', { w: [4, 1, 2] });
    expect(await readLatentFile(`${path}#3`, network, () => {})).toEqual(
      new Float32Array([6, 7, 6, 7, 6, 7]),
    );
  });

  it.each([[[2]], [[1, 2]]])('copies a w of %j to all rows', async (shape) => {
    expect(await readLatentFile(tensorFile('latent', { w: shape }), network, () => {})).toEqual(
      new Float32Array([0, 1, 0, 1, 0, 1]),
    );
  });

  it.each([[[7, 2]], [[1, 4, 2]], [[2, 2]], [[3, 3]]])('refuses a w of %j', async (shape) => {
    const read = readLatentFile(tensorFile('latent', { w: shape }), network, () => {});
    await expect(read).rejects.toThrow(`shape [${shape.join(', ')}] found, [3, 2] needed`);
  });

  it('reads z, of one sample or several', async () => {
    const said: string[] = [];
    const read = (path: string) => readZFile(path, 4, (line) => said.push(line));
    expect(await read(tensorFile('z', { z: [1, 4], w: [2] }))).toEqual(
      new Float32Array([0, 1, 2, 3]),
    );
    expect(said).toEqual([]);
    expect(await read(`${tensorFile('z', { z: [3, 4] })}#1`)).toEqual(
      new Float32Array([4, 5, 6, 7]),
    );
    await expect(read(tensorFile('z', { z: [1, 3] }))).rejects.toThrow('[1, 3] found, [4] needed');
    await expect(read(tensorFile('z', { w: [1, 4] }))).rejects.toThrow(/wanted is a tensor z/);
  });

  it('does not copy ws', async () => {
    await expect(
      readLatentFile(tensorFile('latent', { ws: [2] }), network, () => {}),
    ).rejects.toThrow(/\[2\]/);
  });
});

describe('readMask', () => {
  it('takes a tensor', async () => {
    const mask = { shape: [2, 2], data: new Float32Array([0, 1, 0.25, 0.5]) };
    const path = join(folder, 'mask.safetensors');
    writeFileSync(path, writeSafetensors(new Map([['mask', mask]])));
    expect(await readMask(path, { width: 2, height: 2 })).toEqual(new Uint8Array([0, 1, 0, 1]));
  });

  it('takes a PNG: white and light grey stay, black, dark grey and nothing do not', async () => {
    const png = new PNG({ width: 3, height: 3 });
    const pixels = [
      [255, 255, 255, 255],
      [128, 128, 128, 255],
      [127, 127, 127, 255],
      [0, 0, 0, 255],
      [255, 255, 255, 0],
      [255, 0, 0, 255],
      [255, 255, 0, 255],
      [0, 0, 0, 0],
      [255, 255, 255, 200],
    ];
    png.data = Buffer.from(pixels.flat());
    const path = join(folder, 'painted');
    writeFileSync(path, PNG.sync.write(png));
    expect(await readMask(path, { width: 3, height: 3 })).toEqual(
      new Uint8Array([1, 1, 0, 0, 0, 0, 1, 0, 1]),
    );
  });

  const size = { width: 3, height: 2 };
  const wanted = new Uint8Array([0, 1, 1, 1, 0, 0]);
  const kept = (name: string, bytes: Uint8Array) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  /** A `.npy` of any element type; `writeNpy` writes f32 alone. */
  function npy(type: string, shape: string, elements: ArrayBufferView): Uint8Array {
    const text = `{'descr': '${type}', 'fortran_order': False, 'shape': ${shape}, }\n`;
    const head = Uint8Array.of(0x93, ...Buffer.from('NUMPY'), 1, 0, text.length, 0);
    const { buffer, byteOffset, byteLength } = elements;
    return Buffer.concat([head, Buffer.from(text), Buffer.from(buffer, byteOffset, byteLength)]);
  }
  const arrays: [what: string, bytes: Uint8Array][] = [
    ['truths', npy('|b1', '(2, 3)', wanted)],
    ['bytes of 0 and 1', npy('|u1', '(1, 2, 3)', wanted)],
    ['bytes up to 255', npy('|u1', '(2, 3)', new Uint8Array([127, 128, 255, 200, 3, 0]))],
    ['whole numbers', npy('<i8', '(2, 3, 1)', BigInt64Array.from(wanted, BigInt))],
    ['fractions', npy('<f8', '(2, 3)', new Float64Array([0.49, 0.5, 1, 0.7, 0.1, 0]))],
    [
      'bytes as floats',
      npy(
        '<f4',
        '(2, 3)',
        Float32Array.from(wanted, (stays) => 255 * stays),
      ),
    ],
    [
      'colours',
      npy(
        '|u1',
        '(2, 3, 3)',
        Uint8Array.from({ length: 18 }, (_, i) => 255 * wanted[Math.floor(i / 3)]),
      ),
    ],
    [
      'colours and alpha',
      npy(
        '|u1',
        '(1, 2, 3, 4)',
        // All white, and clear where it may move.
        Uint8Array.from({ length: 24 }, (_, i) => (i % 4 < 3 ? 255 : 255 * wanted[(i - 3) / 4])),
      ),
    ],
    ['an archive', writeNpz('arr_0', [2, 3], Float32Array.from(wanted))],
    ['PyTorch', pickle(torchTensor({ shape: [2, 3], data: Float32Array.from(wanted) }))],
    [
      'a multiple',
      npy(
        '|u1',
        '(4, 6)',
        new Uint8Array([0, 0, 1, 1, 1, 1, 0, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0, 1, 0, 0]),
      ),
    ],
  ];
  it.each(arrays)('takes an array of %s', async (_, bytes) => {
    expect(await readMask(kept('mask.npy', bytes), size)).toEqual(wanted);
  });

  it('takes pictures of any kind, and of a multiple of the size', async () => {
    const levels = Buffer.from(wanted.map((stays) => 255 * stays));
    const stored = sharp(levels, { raw: { ...size, channels: 1 } });
    const twice = stored.clone().resize(24, 16, { kernel: 'nearest', fit: 'fill' });
    for (const bytes of [
      await stored.clone().toColourspace('grey16').png().toBuffer(),
      await stored.clone().webp({ lossless: true }).toBuffer(),
      await twice.clone().png({ palette: true }).toBuffer(),
      await twice.clone().jpeg({ quality: 100 }).toBuffer(),
    ])
      expect(await readMask(kept('mask', bytes), size)).toEqual(wanted);
  });

  const refused: [what: string, bytes: Uint8Array, message: RegExp][] = [
    [
      'another size',
      npy('|u1', '(3, 2)', wanted),
      /mask\.npy: shape \[3, 2\] found, \[2, 3\] needed/,
    ],
    ['a multiple of one side alone', npy('|u1', '(2, 6)', new Uint8Array(12)), /\[2, 6\] found/],
    ['nothing', npy('|u1', '(0, 0)', new Uint8Array(0)), /\[0, 0\] found/],
    ['five channels', npy('|u1', '(2, 3, 5)', new Uint8Array(30)), /\[2, 3, 5\] found/],
    ['channels first', npy('|u1', '(3, 2, 3)', new Uint8Array(18)), /\[3, 2, 3\] found/],
    ['numbers above a byte', npy('<u2', '(2, 3)', Uint16Array.of(0, 1, 256, 0, 0, 0)), /0 to 255/],
    ['bytes and fractions', npy('<f4', '(2, 3)', Float32Array.of(0, 0.5, 255, 0, 0, 0)), /0 to 1/],
    ['numbers below 0', npy('|i1', '(2, 3)', Int8Array.of(0, 1, -1, 0, 0, 0)), /not from 0 to 255/],
    ['no number', npy('<f4', '(2, 3)', new Float32Array(6).fill(Number.NaN)), /from 0 to 1/],
  ];
  it.each(refused)('refuses an array of %s', async (_, bytes, message) => {
    await expect(readMask(kept('mask.npy', bytes), size)).rejects.toThrow(message);
  });
});

describe('encodePng', () => {
  it('keeps every pixel, and the same pixels give the same bytes', () => {
    const rgba = Uint8ClampedArray.from({ length: 5 * 5 * 4 }, (_, i) =>
      i % 4 === 3 ? 255 : (i * 37) % 256,
    );
    const bytes = encodePng({ width: 5, height: 5, rgba });
    expect(encodePng({ width: 5, height: 5, rgba })).toEqual(bytes);
    const read = PNG.sync.read(Buffer.from(bytes));
    expect([read.width, read.height]).toEqual([5, 5]);
    expect(new Uint8ClampedArray(read.data)).toEqual(rgba);
  });
});

describe('parsePoints', () => {
  it('reads pairs of rows and columns', () => {
    expect(parsePoints('0,63>63,0; 5 , 6 > 7 , 8', { height: 64, width: 64 })).toEqual([
      { handle: [0, 63], target: [63, 0] },
      { handle: [5, 6], target: [7, 8] },
    ]);
  });

  it('takes rows below the height, and columns below the width', () => {
    const tall = { height: 64, width: 32 };
    expect(parsePoints('63,31>0,0', tall)).toEqual([{ handle: [63, 31], target: [0, 0] }]);
    expect(() => parsePoints('31,32>0,0', tall)).toThrow(/handle lies outside.* 32 × 64 pixels/);
    expect(() => parsePoints('0,0>64,31', tall)).toThrow(/target lies outside/);
  });
});

describe('parseCommandLine', () => {
  const options = { psi: { value: 'X', help: '' }, json: { help: '' } };
  const psi = (...args: string[]) => parseCommandLine(['m', ...args], options).number('psi');

  it('reads numbers as people write them', () => {
    expect(psi('--psi', '-0.5')).toBe(-0.5);
    expect(psi('--psi=-.5')).toBe(-0.5);
    expect(psi('--psi', '1e-3')).toBe(0.001);
    expect(psi('--psi', '+2.')).toBe(2);
    expect(psi()).toBeUndefined();
  });

  it.each(['', ' ', '1 2', '0x1', 'NaN', '1e999', '--json', '1,5'])('refuses %j', (text) => {
    expect(() => psi('--psi', text)).toThrow(InputError);
  });

  it('takes the model anywhere', () => {
    const line = parseCommandLine(['--json', '--psi', '1', 'm'], options);
    expect([line.model, line.flag('json'), line.number('psi')]).toEqual(['m', true, 1]);
  });
});

describe('prepareOutput', () => {
  it('replaces a file whole, and a link’s target', async () => {
    const place = mkdtempSync(join(folder, 'out-'));
    const target = join(place, 'image.png');
    const link = join(place, 'link.png');
    symlinkSync(target, link);
    writeFileSync(target, 'old');
    const output = await prepareOutput(link, 'out');
    expect(readFileSync(target, 'utf8')).toBe('old');
    await output.write(Buffer.from('new'));
    expect(readFileSync(target, 'utf8')).toBe('new');
    expect(readdirSync(place).sort()).toEqual(['image.png', 'link.png']);
  });

  it('leaves nothing behind where it fails', async () => {
    const place = mkdtempSync(join(folder, 'out-'));
    const output = await prepareOutput(join(place, 'x'), 'out');
    rmSync(place, { recursive: true });
    await expect(output.write(new Uint8Array(1))).rejects.toThrow(/x: cannot be written/);
  });

  it('does not put a file in the place of a device', async () => {
    await (await prepareOutput('/dev/null', 'out')).write(new Uint8Array(3));
    expect(readFileSync('/dev/null')).toHaveLength(0);
  });
});

describe('DragTrace', () => {
  const iteration = { iteration: 0, distances: [3], distance: 3, activePoints: 1, arrived: false };
  const row = (gradient: number[]) => ({
    ...iteration,
    points: [[4, 5] as const, [6, 7] as const],
    lossMotion: 0.5,
    lossMask: 0.25,
    ws: new Float32Array([1, 2, 3, 4, 5, 6]),
    gradient: Float32Array.from(gradient),
  });

  it('lays out a row an iteration', () => {
    const trace = new DragTrace([3, 2], 'w+', 2);
    trace.add(row([1, 0, 0, 0, 0, 0]));
    trace.add(row([2, 0, 0, 0, 0, 0]));
    const { tensors } = parseSafetensors(trace.encode());
    const shapes = Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]));
    expect(shapes).toEqual({
      ws: [2, 1, 3, 2],
      points: [2, 2, 2],
      loss_motion: [2],
      loss_mask: [2],
      grad: [2, 1, 3, 2],
    });
    expect([...(tensors.get('points')?.data() ?? [])]).toEqual([4, 5, 6, 7, 4, 5, 6, 7]);
    expect([...(tensors.get('grad')?.data() ?? [])].filter(Boolean)).toEqual([1, 2]);
    expect([...(tensors.get('loss_mask')?.data() ?? [])]).toEqual([0.25, 0.25]);
  });

  it('has one row of gradient in W', () => {
    const trace = new DragTrace([3, 2], 'w', 2);
    trace.add(row([8, 9]));
    const gradient = parseSafetensors(trace.encode()).tensors.get('grad');
    expect(gradient?.shape).toEqual([1, 1, 2]);
    expect([...(gradient?.data() ?? [])]).toEqual([8, 9]);
  });
});
