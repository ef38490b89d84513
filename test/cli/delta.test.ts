import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../src/cli/main.ts';
import { Progress } from '../../src/cli/progress.ts';
import { DragganError } from '../../src/formats/errors.ts';
import { parseSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts';
import { modelFingerprint, writeWeightDelta } from '../../src/inversion/weight_delta.ts';
import { readGenerator } from '../../src/models/stylegan2/network/weights.ts';
import { readFixture } from '../support/fixture_files.ts';

// What is wrong with a delta must be found before a device is opened: here, opening one is a fault.
vi.mock('../../src/cli/files/open_model.ts', () => ({
  openModel: () => {
    throw new Error('a device was opened');
  },
}));

const folder = mkdtempSync(join(tmpdir(), 'draggan-'));
const inFolder = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const tiny = fileURLToPath(new URL('../fixtures/tiny.safetensors', import.meta.url));
const { config, tensors } = readGenerator(readFixture('tiny').file);
const changed = 'synthesis.b8.conv0.weight';
const valuesOf = (name: string) => Float32Array.from(tensors.get(name)?.data() ?? []);
const fingerprint = await modelFingerprint(valuesOf('synthesis.b4.const'));
const pivot = new Float32Array(config.numWs * config.wDim);

/** A delta that adds 1 to every weight of a layer. */
function delta(
  name: string,
  {
    of = fingerprint,
    tensor = changed,
    shape = tensors.get(changed)?.shape ?? [],
    ws = pivot,
  } = {},
): string {
  const length = shape.reduce((product, size) => product * size, 1);
  const change = { shape, data: new Float32Array(length).fill(1) };
  writeFileSync(
    inFolder(name),
    writeWeightDelta(new Map([[tensor, change]]), of, { config, pivot: ws }),
  );
  return inFolder(name);
}

const run = (...args: string[]) => runCommand(args, new Progress());

describe('--delta', () => {
  it('gives convert the tuned model', async () => {
    const out = inFolder('tuned.safetensors');
    await run('convert', tiny, out, '--delta', delta('sound'));
    const tuned = readGenerator(parseSafetensors(readFileSync(out), out));
    expect(tuned.config).toEqual(config);
    const want = valuesOf(changed).map((value) => value + 1);
    expect(tuned.tensors.get(changed)?.data()).toEqual(want);
    for (const name of tensors.keys())
      if (name !== changed) expect(tuned.tensors.get(name)?.data(), name).toEqual(valuesOf(name));
  });

  it('stands for the latent that it was tuned at', async () => {
    const generate = ['generate', tiny, '--out', inFolder('picture.png'), '--delta'];
    await expect(run(...generate, delta('sound'))).rejects.toThrow('a device was opened');
    const bare = inFolder('bare');
    const change = { shape: tensors.get(changed)?.shape ?? [], data: valuesOf(changed) };
    writeFileSync(bare, writeWeightDelta(new Map([[changed, change]]), fingerprint, { config }));
    await expect(run(...generate, bare)).rejects.toThrow(/--seed: is needed, or --latent/);
  });

  const refused: [what: string, path: () => string, message: RegExp][] = [
    ['a model', () => tiny, /tiny.safetensors: no weight delta/],
    ['another model’s', () => delta('other', { of: 'abc' }), /other: .*saved of another model/],
    [
      'one of another tensor',
      () => delta('tensor', { tensor: 'mapping.fc0.bias' }),
      /tensor mapping.fc0.bias: no tensor that fine-tuning changes/,
    ],
    ['one of another shape', () => delta('shape', { shape: [3] }), /shape \[3\] found, \[/],
    ['a latent that does not fit', () => delta('ws', { ws: pivot.map(() => Number.NaN) }), /ws/],
    [
      'bytes',
      () => {
        writeFileSync(
          inFolder('bytes'),
          Uint8Array.from({ length: 500 }, (_, i) => i),
        );
        return inFolder('bytes');
      },
      /bytes: /,
    ],
    [
      'a cut file',
      () => {
        writeFileSync(inFolder('cut'), readFileSync(delta('whole')).subarray(0, -9));
        return inFolder('cut');
      },
      /cut: .*outside/,
    ],
    [
      'a weight without end',
      () => {
        const data = valuesOf(changed).fill(Number.NaN);
        const change = { shape: tensors.get(changed)?.shape ?? [], data };
        const metadata = { format: 'draggan-weight-delta-1', model: fingerprint };
        writeFileSync(inFolder('nan'), writeSafetensors(new Map([[changed, change]]), metadata));
        return inFolder('nan');
      },
      /nan: .*weight 0 comes out as no finite number/,
    ],
    ['nothing', () => inFolder('absent'), /absent: no such file/],
  ];
  it.each(refused)('refuses %s', async (_, path, message) => {
    const out = ['--out', inFolder('never.png')];
    const error = await run('generate', tiny, '--seed', '1', ...out, '--delta', path()).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(DragganError);
    expect(String(error)).toMatch(message);
  });

  it('is no model', async () => {
    await expect(run('info', delta('sound'))).rejects.toThrow(/sound: a weight delta, not a model/);
  });
});
