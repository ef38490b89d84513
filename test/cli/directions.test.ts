import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../src/cli/main.ts';
import { Progress } from '../../src/cli/progress.ts';
import { FormatError, InputError } from '../../src/formats/errors.ts';
import { parseSafetensors } from '../../src/formats/safetensors.ts';
import { readLatent } from '../../src/models/stylegan2/files/latent_file.ts';

const tiny = fileURLToPath(new URL('../fixtures/tiny.safetensors', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'draggan-'));
const inFolder = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a command. @returns what it says besides */
async function draggan(...args: string[]): Promise<{ printed: string; notes: string[] }> {
  const progress = new Progress();
  const notes: string[] = [];
  vi.spyOn(progress, 'note').mockImplementation((line) => void notes.push(line));
  vi.spyOn(progress, 'finish').mockImplementation(() => {});
  return { printed: await runCommand(args, progress), notes };
}

const directionsOf = (name: string) => {
  const file = parseSafetensors(readFileSync(inFolder(name)), name);
  const tensor = file.tensors.get('directions');
  const { names, method } = file.metadata;
  return { shape: tensor?.shape, values: tensor?.data() ?? new Float32Array(), names, method };
};
const demo = { numWs: 12, wDim: 256 };
const latentIn = (name: string) => readLatent(readFileSync(inFolder(name)), demo);

describe('draggan directions', () => {
  it('finds those of any model from its weights', async () => {
    const out = inFolder('sefa.safetensors');
    const json = ['--count', '3', '--out', out, '--json'];
    const { printed } = await draggan('directions', tiny, '--method', 'sefa', ...json);
    expect(JSON.parse(printed)).toMatchObject({ method: 'sefa', count: 3 });
    const { shape, values } = directionsOf('sefa.safetensors');
    expect(shape).toEqual([3, JSON.parse(printed).w_dim]);
    expect(Math.hypot(...values)).toBeCloseTo(Math.sqrt(3), 5);
  });

  it.each<[what: string, args: string[], kind: typeof InputError | typeof FormatError, RegExp]>([
    ['no method', [], InputError, /--method: is needed: sefa, pca, factors/],
    ['another method', ['--method', 'x'], InputError, /none of sefa, pca, factors/],
    ['factors of a model without', ['--method', 'factors'], FormatError, /factors\.basis: missing/],
    ['rows of pca', ['--method', 'pca', '--rows', '0'], InputError, /--rows: is for --method sefa/],
    ['no directions', ['--method', 'sefa', '--count', '0'], InputError, /--count/],
  ])('refuses %s', async (_, args, kind, message) => {
    const refused = draggan('directions', tiny, ...args, '--out', inFolder('x.npy'));
    await expect(refused).rejects.toThrow(kind);
    await expect(refused).rejects.toThrow(message);
  });

  it('finds how w spreads, the widest way first', async () => {
    const out = ['--count', '4', '--out', inFolder('pca.safetensors'), '--json'];
    const { printed } = await draggan('directions', 'demo', '--method', 'pca', ...out);
    const { deviations } = JSON.parse(printed);
    expect(deviations).toEqual([...deviations].sort((a, b) => b - a));
    const { shape, values } = directionsOf('pca.safetensors');
    expect(shape).toEqual([4, 256]);
    expect(deviations[0]).toBeGreaterThan(2);
    expect(Math.hypot(...values.subarray(0, 256))).toBeCloseTo(1, 5);
  });

  it('finds the factors of the demo model, along which latent --add changes one thing', async () => {
    const out = inFolder('factors.safetensors');
    await draggan('directions', 'demo', '--method', 'factors', '--out', out);
    const { shape, names, method } = directionsOf('factors.safetensors');
    expect([shape, method]).toEqual([[25, 256], 'factors']);
    expect(names?.split(' ')).toContain('mouth');

    const base = inFolder('base.npy');
    await draggan('latent', 'demo', '--seed', '3', '--psi', '1', '--out', base);
    const add = ['--latent', base, '--add', `${out}#mouth`, '--strength', '-6', '--rows', '0-3,6'];
    const moved = ['--out', inFolder('moved.npy')];
    const { notes } = await draggan('latent', 'demo', ...add, ...moved);
    expect(notes.join()).toMatch(/#mouth is 1 long, times -6 6; w is \d+.* long, one standard/);
    const [from, to] = [latentIn('base.npy'), latentIn('moved.npy')];
    const index = names?.split(' ').indexOf('mouth') ?? -1;
    const { values } = directionsOf('factors.safetensors');
    for (let row = 0; row < 12; row++)
      for (let i = 0; i < 256; i++) {
        const by = [0, 1, 2, 3, 6].includes(row) ? -6 * values[index * 256 + i] : 0;
        expect(to[row * 256 + i]).toBeCloseTo(from[row * 256 + i] + by, 4);
      }
  });

  it.each<[what: string, args: string[], message: RegExp]>([
    ['a strength of nothing', ['--strength', '2'], /--strength: has no meaning without --add/],
    ['rows of nothing', ['--rows', '0'], /--rows: has no meaning without --add/],
    ['rows that there are not', ['--add', 'sefa', '--rows', '12'], /--rows: "12" is neither/],
    [
      'a factor that there is not',
      ['--add', 'factors#wings'],
      /has no direction wings: it has yaw/,
    ],
    ['directions of another model', ['--add', 'sefa'], /shape \[3, \d+\] found/],
    ['no file', ['--add', 'none'], /no such file/],
  ])('latent --add refuses %s', async (_, args, message) => {
    const given = args.map((arg) =>
      arg.replace(/^(sefa|factors|none)/, (name) => inFolder(`${name}.safetensors`)),
    );
    const refused = draggan('latent', 'demo', '--seed', '1', ...given, '--out', inFolder('x.npy'));
    await expect(refused).rejects.toThrow(message);
  });
});
