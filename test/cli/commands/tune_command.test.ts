import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { choicesFile, readKeptChoices } from '../../../src/cli/files/kept_kernel_choices.ts';
import { runCommand } from '../../../src/cli/main.ts';
import { Progress } from '../../../src/cli/progress.ts';
import type { KernelChoices } from '../../../src/engine/autotune/kernel_choices.ts';
import {
  readKernelChoices,
  writeKernelChoices,
} from '../../../src/engine/autotune/kernel_choices_file.ts';
import { DragganError } from '../../../src/formats/errors.ts';
import { draggan } from '../../support/command_run.ts';

const tiny = fileURLToPath(new URL('../../fixtures/tiny.safetensors', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'draggan-'));
const inFolder = (name: string) => join(folder, name);
const kept = inFolder('draggan-webgpu/tuning.json');
afterAll(() => rmSync(folder, { recursive: true }));

// A cache of its own; but not for the driver, which would compile anew.
const driverCache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
vi.stubEnv('MESA_SHADER_CACHE_DIR', process.env.MESA_SHADER_CACHE_DIR ?? driverCache);
vi.stubEnv('DRAGGAN_AUTOTUNE', '');
vi.stubEnv('XDG_CACHE_HOME', folder);
beforeEach(() => rmSync(kept, { force: true }));

const choices = (device: string, key: string): KernelChoices => {
  const choice = {
    cellsFirst: true,
    splits: 4,
    modulation: 'inline',
    algorithm: 'direct',
  } as const;
  return {
    adapter: { vendor: 'v', architecture: 'a', device, description: '', features: [] },
    kernels: '0'.repeat(64),
    layers: new Map([[key, { choice, measured: [{ choice, milliseconds: 1 }] }]]),
  };
};

/** Writes kernelChoices where they are kept, or a text in their place. */
function keep(kernelChoices: KernelChoices[] | string): void {
  mkdirSync(inFolder('draggan-webgpu'), { recursive: true });
  writeFileSync(
    kept,
    typeof kernelChoices === 'string' ? kernelChoices : writeKernelChoices(kernelChoices),
  );
}

const tune = (...args: string[]) => runCommand(['tune', ...args], new Progress());
const readBack = (path: string) => readKernelChoices(readFileSync(path, 'utf8'));

describe('draggan tune without a device', () => {
  it('exports what is kept', async () => {
    keep([choices('one', 'k'), choices('two', 'k')]);
    const out = inFolder('exported.json');
    const printed = JSON.parse(await tune('--export', out, '--json'));
    expect(printed).toEqual({ kept: { file: kept, adapters: 2 } });
    expect(readBack(out)).toEqual(readBack(kept));
  });

  it('imports, besides what is kept', async () => {
    keep([choices('one', 'a')]);
    const file = inFolder('import.json');
    writeFileSync(file, writeKernelChoices([choices('one', 'b'), choices('two', 'c')]));
    await tune('--import', file);
    const keys = readBack(kept).map(({ adapter, layers }) => [adapter.device, [...layers.keys()]]);
    expect(keys).toEqual([
      ['two', ['c']],
      ['one', ['a', 'b']],
    ]);
  });

  it('makes the folder where it keeps', async () => {
    rmSync(inFolder('draggan-webgpu'), { recursive: true, force: true });
    const file = inFolder('import.json');
    writeFileSync(file, writeKernelChoices([choices('one', 'a')]));
    await tune('--import', file);
    expect(readBack(kept)).toHaveLength(1);
  });

  it('forgets', async () => {
    keep([choices('one', 'k')]);
    await tune('--reset');
    expect(existsSync(kept)).toBe(false);
    await tune('--reset');
  });

  it.each([
    [['--import', tiny], 'is no valid JSON'],
    [['--import', inFolder('none.json')], 'no such file'],
    [['--export', inFolder('none/out.json')], 'there is no folder'],
    [['--shape', '100'], '"100" is none of 128'],
    [[tiny, '--shape', '256'], 'has no meaning beside a MODEL'],
    [[tiny, '--points', '0'], 'whole number'],
    [[tiny, '--seconds', '-1'], 'from 0'],
    [[tiny, tiny], 'one MODEL'],
  ])('%j is refused, and nothing is lost', async (args, why) => {
    keep([choices('one', 'k')]);
    await expect(tune(...args, '--reset')).rejects.toThrow(DragganError);
    await expect(tune(...args)).rejects.toThrow(why);
    expect(readBack(kept)).toHaveLength(1);
  });

  it('wants to know what to do', async () => {
    await expect(tune()).rejects.toThrow('name a MODEL');
  });

  it('keeps nothing where it is not to', async () => {
    expect(choicesFile({ DRAGGAN_AUTOTUNE: 'off', HOME: '/home/me' })).toBeUndefined();
    expect(choicesFile({ HOME: '/home/me' })).toBe('/home/me/.cache/draggan-webgpu/tuning.json');
    expect(choicesFile({ HOME: '/home/me', XDG_CACHE_HOME: 'relative' })).toMatch(
      '/home/me/.cache',
    );
    expect(() => choicesFile({ DRAGGAN_AUTOTUNE: 'on' })).toThrow('use off');
  });

  it.each(['{', '{"format":"draggan-webgpu tuning","version":1}', '\0', ''])(
    'ignores a kept file that holds %j, with one line',
    async (text) => {
      keep(text);
      const lines: string[] = [];
      expect(await readKeptChoices((line) => lines.push(line))).toEqual([]);
      expect(lines).toEqual([expect.stringContaining(kept)]);
    },
  );
});

describe('draggan tune on a device', () => {
  it('measures, keeps, goes on, and what is kept is taken', async () => {
    keep('broken');
    const first = await draggan('tune', tiny, '--seconds', '0', '--json');
    const { measured } = JSON.parse(first.stdout);
    expect(measured).toMatchObject({ fresh: 1, complete: false });
    const [{ layers }] = readBack(kept);
    expect(layers.size).toBe(1);

    const second = JSON.parse((await draggan('tune', tiny, '--seconds', '0', '--json')).stdout);
    expect(second.measured).toMatchObject({ fresh: 1, complete: false });
    expect(second.measured.layers).toHaveLength(2);
    expect(second.measured.layers[0]).toEqual(measured.layers[0]);

    // Taken, or the line that says why not would be there.
    const out = inFolder('image.png');
    const draw = async (...options: string[]) =>
      (await draggan('generate', tiny, '--seed', '1', '--out', out, ...options)).lines;
    expect(await draw()).toHaveLength(1);
    keep('broken');
    expect(await draw()).toEqual([expect.stringContaining('are ignored'), expect.any(String)]);
    expect(await draw('--no-autotune')).toHaveLength(1);
  });
});
