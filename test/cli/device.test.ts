import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PNG } from 'pngjs';
import { afterAll, describe, expect, it } from 'vitest';
import { parseSafetensors } from '../../src/formats/safetensors.ts';
import { readLatent } from '../../src/models/stylegan2/files/latent_file.ts';
import { draggan as run } from '../support/command_run.ts';

// The whole command, on the machine's adapter.

const fixture = (name: string) =>
  fileURLToPath(new URL(`../fixtures/${name}.safetensors`, import.meta.url));
const tiny = fixture('tiny');
const folder = mkdtempSync(join(tmpdir(), 'draggan-'));
const inFolder = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command to its good end, which leaves one line on standard error; returns its standard output. */
async function draggan(...args: string[]): Promise<string> {
  const { stdout, lines } = await run(...args);
  expect(lines).toEqual([expect.any(String)]);
  return stdout;
}

/** One tensor of a file. */
function tensor(file: string, name: string) {
  const found = parseSafetensors(readFileSync(file), file).tensors.get(name);
  if (!found) throw new Error(`${file} has no ${name}`);
  return { shape: found.shape, data: found.data() };
}

/** Largest difference over the largest expected value. */
function difference(got: Float32Array, want: Float32Array): number {
  expect(got).toHaveLength(want.length);
  let [apart, largest] = [0, 0];
  for (const [i, value] of want.entries()) {
    apart = Math.max(apart, Math.abs(value - (got[i] ?? Number.NaN)));
    largest = Math.max(largest, Math.abs(value));
  }
  return apart / largest;
}

describe('draggan on a device', () => {
  it('draws a latent, in a process of its own', () => {
    const entry = fileURLToPath(new URL('../../src/cli/draggan.mjs', import.meta.url));
    const args = ['generate', tiny, '--latent', tiny, '--out', inFolder('golden.png')];
    const { status, stdout, stderr } = spawnSync(process.execPath, [entry, ...args], {
      encoding: 'utf8',
    });
    // Some of Dawn's drivers have warnings of their own.
    const lines = stderr.split('\n').filter((line) => line !== '' && !/^Warning: max/.test(line));
    expect({ status, stdout, lines }).toEqual({
      status: 0,
      stdout: '',
      lines: [expect.any(String)],
    });
    const png = PNG.sync.read(readFileSync(inFolder('golden.png')));
    expect([png.width, png.height]).toEqual([64, 64]);
    const golden = tensor(tiny, 'b64.img').data;
    for (let i = 0; i < 64 * 64 * 3; i++) {
      const [pixel, channel] = [Math.floor(i / 3), i % 3];
      const value = golden[channel * 64 * 64 + pixel] ?? Number.NaN;
      const level = Math.floor(Math.min(255, Math.max(0, 127.5 * value + 128)));
      // A value within rounding of a whole level may fall to either side.
      expect(Math.abs((png.data[4 * pixel + channel] ?? 0) - level)).toBeLessThanOrEqual(1);
    }
  });

  it('draws the same bytes from the same seed, others from another class', async () => {
    const draw = async (name: string, kind: string) => {
      const path = inFolder(`${name}.png`);
      await draggan(
        'generate',
        fixture('conditional'),
        '--seed',
        '1',
        '--class',
        kind,
        '--out',
        path,
      );
      return readFileSync(path);
    };
    const first = await draw('a', '1');
    expect((await draw('b', '1')).equals(first)).toBe(true);
    expect((await draw('c', '2')).equals(first)).toBe(false);
  });

  it('stores weights as exactly as it is told', async () => {
    const evaluate = async (...precision: string[]) => {
      const out = inFolder('precision.safetensors');
      await draggan(
        'eval',
        tiny,
        '--latent',
        tiny,
        '--tensors',
        'image',
        ...precision,
        '--out',
        out,
      );
      return difference(tensor(out, 'image').data, tensor(tiny, 'b64.img').data);
    };
    // SPEC §7: 5e-3 in f16, 2e-5 in f32.
    const half = await evaluate('--precision', 'f16');
    expect(half).toBeGreaterThan(5e-5);
    expect(half).toBeLessThan(5e-3);
    const start = ['--latent', tiny, '--points', '20,20>30,30', '--steps', '1', '--json'];
    const json = JSON.parse(await draggan('drag', tiny, ...start, '--precision', 'f16'));
    expect(json.precision).toBe('f16');
    expect(JSON.parse(await draggan('drag', tiny, ...start)).precision).toBe('f32');
  });

  it('keeps latents, mixes them, and begins from them', async () => {
    const latent = async (name: string, ...source: string[]) => {
      await draggan('latent', tiny, ...source, '--out', inFolder(name));
      return readLatent(readFileSync(inFolder(name)), { numWs: 10, wDim: 64 }, name);
    };
    const mapping = ['--psi', '0.5', '--cutoff', '4'];
    const first = await latent('first.npy', '--seed', '1', ...mapping);
    const second = await latent('second.npz', '--seed', '2', ...mapping);
    const mix = ['--mix-seed', '2', '--mix-rows', '0-1,9', ...mapping];
    const mixed = await latent('mixed.safetensors', '--latent', inFolder('first.npy'), ...mix);
    const want = first.slice();
    for (const row of [0, 1, 9]) want.set(second.subarray(64 * row, 64 * row + 64), 64 * row);
    expect(mixed).toEqual(want);
    expect(first).not.toEqual(second);

    const start = ['--latent', inFolder('second.npz'), '--points', '20,20>30,30', '--steps', '2'];
    await draggan('drag', tiny, ...start, '--out-latent', inFolder('dragged.npy'));
    const dragged = await latent('again.npz', '--latent', inFolder('dragged.npy'));
    // Rows from 6 on are not trained.
    expect(dragged.subarray(6 * 64)).toEqual(second.subarray(6 * 64));
    expect(dragged.subarray(0, 6 * 64)).not.toEqual(second.subarray(0, 6 * 64));
  });

  it('evaluates tensors and a gradient', async () => {
    const out = inFolder('eval.safetensors');
    const gradient = ['--gradient', 'b32.x', '--cotangent', tiny];
    await draggan(
      'eval',
      tiny,
      '--latent',
      tiny,
      '--tensors',
      'image,b16.x',
      ...gradient,
      '--out',
      out,
    );
    const image = tensor(out, 'image');
    expect(image.shape).toEqual([1, 3, 64, 64]);
    expect(difference(image.data, tensor(tiny, 'b64.img').data)).toBeLessThan(2e-5);
    const feature = tensor(out, 'b16.x').data;
    expect(difference(feature, tensor(tiny, 'b16.x').data)).toBeLessThan(2e-5);
    const ws = tensor(out, 'grad_ws');
    expect(ws.shape).toEqual([1, 10, 64]);
    expect(difference(ws.data, tensor(tiny, 'grad_ws.feature').data)).toBeLessThan(5e-4);
  });

  it('drags until the points arrive, and writes what happened', async () => {
    const golden = fixture('drag_tiny_stop');
    const { metadata } = parseSafetensors(readFileSync(golden));
    const option = (name: string) => metadata[name] ?? '';
    const want = tensor(golden, 'points');
    const [n = 0, count = 0] = want.shape;
    const handles = tensor(golden, 'handles').data;
    const targets = tensor(golden, 'targets').data;
    const points = Array.from({ length: count }, (_, i) =>
      [handles, targets].map((at) => at.subarray(2 * i, 2 * i + 2).join(',')).join('>'),
    );
    const out = [
      ...['--trace', inFolder('trace.safetensors')],
      ...['--out', inFolder('dragged.png'), '--json'],
    ];
    const options = ['lr', 'r1', 'r2', 'reg'].flatMap((name) => [`--${name}`, option(name)]);
    const block = ['--feature-block', option('feature_block'), '--steps', String(n + 5)];
    const start = ['--latent', golden, '--points', points.join(';')];
    const json = JSON.parse(await draggan('drag', tiny, ...start, ...options, ...block, ...out));
    expect(json).toMatchObject({ stopped: 'arrived' });
    expect(json.distance).toBeLessThanOrEqual(2);
    expect(json.ms_per_iteration).toBeGreaterThan(0);
    expect(json.adapter).toMatch(/\w/);
    const trace = inFolder('trace.safetensors');
    expect(tensor(trace, 'ws').shape).toEqual([n, 1, 10, 64]);
    const got = tensor(trace, 'points');
    expect(got.shape).toEqual([n, count, 2]);
    for (const [i, value] of want.data.entries()) {
      expect(Math.abs(value - (got.data[i] ?? Number.NaN))).toBeLessThanOrEqual(1);
    }
    const gradient = tensor(trace, 'grad').data;
    expect(gradient.subarray((n - 1) * 640).every((value) => value === 0)).toBe(true);
    expect(gradient.subarray(0, 640).some((value) => value !== 0)).toBe(true);
    expect(PNG.sync.read(readFileSync(inFolder('dragged.png'))).width).toBe(64);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('inverts a photograph, tunes the model to it, and draws it from what was tuned', async () => {
    const photograph = new PNG({ width: 150, height: 96 });
    for (let i = 0; i < 150 * 96; i++)
      photograph.data.set([i % 150, Math.floor(i / 150), 90, 255], 4 * i);
    writeFileSync(inFolder('photograph.png'), PNG.sync.write(photograph));
    const image = ['--image', inFolder('photograph.png'), '--json'];
    const found = ['--out', inFolder('found.npz')];
    const search = [...found, '--steps', '10', '--samples', '2'];
    const tuning = [
      '--delta',
      inFolder('delta.safetensors'),
      '--fine-tuning-steps',
      '12',
      '--fine-tuning-lr',
      '0.002',
    ];
    const picture = ['--picture', inFolder('tuned.png')];
    const all = JSON.parse(
      await draggan('invert', tiny, ...image, ...search, ...tuning, ...picture),
    );
    expect(all).toMatchObject({ stopped: 'steps', iterations: 10, fine_tuning_steps: 12 });
    expect(all.tuned_psnr).toBeGreaterThan(all.psnr + 1);

    // Around the same latent, without a search.
    const known = ['--latent', inFolder('found.npz')];
    const again = JSON.parse(await draggan('invert', tiny, ...image, ...known, ...tuning));
    expect(again.psnr).toBeCloseTo(all.psnr, 2);
    expect(again.tuned_psnr).toBeCloseTo(all.tuned_psnr, 1);
    expect(again.iterations).toBeUndefined();

    await draggan(
      'generate',
      tiny,
      '--delta',
      inFolder('delta.safetensors'),
      '--out',
      inFolder('d.png'),
    );
    const levels = (name: string) => PNG.sync.read(readFileSync(inFolder(name))).data;
    const apart = levels('d.png').map((value, i) => Math.abs(value - levels('tuned.png')[i]));
    expect(Math.max(...apart)).toBeLessThanOrEqual(1);
  });

  it('keeps noise that was found beside a latent in the delta', async () => {
    await draggan('generate', tiny, '--seed', '3', '--out', inFolder('target.png'));
    const outputs = ['--out', inFolder('noisy.npz'), '--delta', inFolder('noisy.safetensors')];
    const few = ['--steps', '5', '--samples', '0', '--fine-tuning-steps', '1', '--noise'];
    const image = ['--image', inFolder('target.png'), '--picture', inFolder('noisy.png')];
    await draggan('invert', tiny, ...image, ...outputs, ...few);
    const drawn = ['--latent', inFolder('noisy.npz'), '--out', inFolder('again.png')];
    await draggan('generate', tiny, '--delta', inFolder('noisy.safetensors'), ...drawn);
    const levels = (name: string) => PNG.sync.read(readFileSync(inFolder(name))).data;
    const apart = levels('again.png').map((value, i) => Math.abs(value - levels('noisy.png')[i]));
    expect(Math.max(...apart)).toBeLessThanOrEqual(1);
    const { tensors } = parseSafetensors(readFileSync(inFolder('noisy.safetensors')));
    expect(tensors.has('synthesis.b64.conv1.noise_const')).toBe(true);
  });
});
