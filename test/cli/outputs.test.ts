import { spawn, spawnSync } from 'node:child_process';
import {
  constants,
  copyFileSync,
  linkSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { writeEach } from '../../src/cli/files/atomic_file.ts';
import { keepChoices, readKeptChoices } from '../../src/cli/files/kept_kernel_choices.ts';
import { runCommand } from '../../src/cli/main.ts';
import { Progress } from '../../src/cli/progress.ts';
import { InputError, OutputError } from '../../src/formats/errors.ts';
import { readLatent } from '../../src/models/stylegan2/files/latent_file.ts';
import { readInput } from '../../src/node/files/input_file.ts';

vi.mock('../../src/cli/files/open_model.ts', () => ({
  openModel: () => {
    throw new Error('a device was opened');
  },
}));

const folder = mkdtempSync(join(tmpdir(), 'draggan-'));
const inFolder = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

const model = inFolder('model.safetensors');
const latent = inFolder('latent.safetensors');
const photograph = inFolder('me.png');
copyFileSync(fixture('tiny.safetensors'), model);
copyFileSync(fixture('tiny.safetensors'), latent);
copyFileSync(fixture('photograph.png'), photograph);
symlinkSync(model, inFolder('link.safetensors'));
linkSync(model, inFolder('hard.safetensors'));
symlinkSync(photograph, inFolder('link.png'));
symlinkSync(inFolder('new.png'), inFolder('dangling.npy'));

const drag = (...more: string[]) => ['drag', model, '--points', '20,20>30,30', ...more];
const invert = (...more: string[]) => ['invert', model, '--image', photograph, ...more];

describe('an output', () => {
  it.each<[what: string, args: string[], message: RegExp]>([
    ['the model', drag('--seed', '1', '--out-latent', model), /is the model itself/],
    [
      'the model, through a link',
      drag('--seed', '1', '--out-latent', inFolder('link.safetensors')),
      /--out-latent: .*is the model itself/,
    ],
    [
      'the model, through a hard link',
      ['convert', model, inFolder('hard.safetensors')],
      /is the model itself/,
    ],
    ['the latent', drag('--latent', latent, '--out-latent', latent), /is what --latent reads/],
    [
      'the latent, of which one is taken',
      ['latent', model, '--latent', `${latent}#0`, '--out', latent],
      /is what --latent reads/,
    ],
    [
      'the photograph',
      invert('--out', inFolder('a.npy'), '--picture', inFolder('link.png')),
      /is what --image reads/,
    ],
    [
      'the photograph, framed',
      invert('--out', inFolder('a.npy'), '--frame-out', photograph),
      /is what --image reads/,
    ],
    [
      'another output',
      drag('--seed', '1', '--out', inFolder('new.png'), '--out-latent', inFolder('dangling.npy')),
      /the same file as --out/,
    ],
    [
      'another output by another path',
      drag('--seed', '1', '--trace', `${folder}/./x`, '--out', inFolder('x')),
      /the same file as --trace|the same file as --out/,
    ],
    [
      'a name that is too long',
      drag('--seed', '1', '--out', inFolder(`${'n'.repeat(300)}.png`)),
      /the name is too long/,
    ],
  ])('is not %s', async (_, args, message) => {
    const before = [model, latent, photograph].map((file) => readFileSync(file));
    const refused = runCommand(args, new Progress());
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow(message);
    for (const [i, file] of [model, latent, photograph].entries())
      expect(readFileSync(file).equals(before[i])).toBe(true);
  });

  it('that fails does not take others along', async () => {
    const written: string[] = [];
    const write = (name: string) => async () => void written.push(name);
    const fail = (why: string) => () => Promise.reject(new OutputError(why));
    await expect(writeEach(fail('a is full'), write('b'), undefined)).rejects.toThrow('a is full');
    await expect(writeEach(fail('a is full'), write('c'), fail('d is gone'))).rejects.toThrow(
      /a is full; d is gone/,
    );
    expect(written).toEqual(['b', 'c']);
  });
});

/** Runs the command as a person does. */
const entry = fileURLToPath(new URL('../../src/cli/draggan.mjs', import.meta.url));
const own = (text: string) =>
  text.split('\n').filter((line) => line !== '' && !/^Warning: max/.test(line));

describe.runIf(process.platform === 'linux')('a full disk', () => {
  it('is one line and code 1: standard output', () => {
    const full = openSync('/dev/full', constants.O_WRONLY);
    const { status, stderr } = spawnSync(process.execPath, [entry, 'info', model], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    expect({ status, lines: own(stderr) }).toEqual({
      status: 1,
      lines: ['draggan: standard output: cannot be written: no space is left'],
    });
  });

  it('takes the picture alone', () => {
    const kept = inFolder('kept.npy');
    const args = drag('--seed', '1', '--steps', '1', '--out', '/dev/full', '--out-latent', kept);
    const { status, stderr } = spawnSync(process.execPath, [entry, ...args], { encoding: 'utf8' });
    expect(own(stderr)).toEqual(['draggan: /dev/full: cannot be written: no space is left']);
    expect(status).toBe(1);
    expect(readLatent(readFileSync(kept), { numWs: 10, wDim: 64 })).toHaveLength(640);
  });
});

/** True once a process handles SIGHUP, which the command does while it drags. */
function catchesHangUp(pid: number): boolean {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [, caught = '0'] = /^SigCgt:\s*([\da-f]+)$/m.exec(status) ?? [];
  return (BigInt(`0x${caught}`) & 1n) === 1n;
}

describe.runIf(process.platform === 'linux')('a signal', () => {
  it('keeps what was reached, also if others come after it', async () => {
    const kept = inFolder('reached.npy');
    const endless = ['--steps', '1000000', '--lr', '1e-9', '--out-latent', kept, '--json'];
    const child = spawn(process.execPath, [entry, ...drag('--seed', '1', ...endless)]);
    let output = '';
    child.stdout.on('data', (data) => {
      output += String(data);
    });
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    while (!catchesHangUp(child.pid ?? 0)) await wait(50);
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGINT'] as const) {
      await wait(100);
      child.kill(signal);
    }
    expect(await ended).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ stopped: 'stopped' });
    expect(readLatent(readFileSync(kept), { numWs: 10, wDim: 64 })).toHaveLength(640);
  }, 120_000);
});

describe.runIf(process.platform === 'linux')('a pipe', () => {
  it('that nobody writes to is given up, and one that somebody writes to is read', async () => {
    const [quiet, written] = [inFolder('quiet'), inFolder('written')];
    expect(spawnSync('mkfifo', [quiet, written]).status).toBe(0);
    spawn('sh', ['-c', `printf abc > ${written}`]);
    expect(String(await readInput(written))).toBe('abc');
    await expect(readInput(quiet)).rejects.toThrow(/quiet: a pipe that nobody writes to/);
    // A process does not wait for the pipe at its end, either.
    const { status, stderr } = spawnSync(process.execPath, [entry, 'info', quiet], {
      encoding: 'utf8',
      timeout: 15_000,
    });
    expect({ status, lines: own(stderr) }).toEqual({
      status: 2,
      lines: [expect.stringMatching(/a pipe that nobody writes to$/)],
    });
  }, 20_000);
});

describe('kept kernel choices', () => {
  it.each(['/dev/null', '/proc'])('say that they cannot be kept in %s', async (cache) => {
    vi.stubEnv('XDG_CACHE_HOME', cache);
    vi.stubEnv('DRAGGAN_AUTOTUNE', '');
    const keeping = keepChoices([], () => {});
    await expect(keeping).rejects.toThrow(OutputError);
    await expect(keeping).rejects.toThrow(/draggan-webgpu: the folder cannot be made/);
  });

  it('keep what each of several programs adds', async () => {
    vi.stubEnv('XDG_CACHE_HOME', folder);
    vi.stubEnv('DRAGGAN_AUTOTUNE', '');
    const vendors = Array.from({ length: 10 }, (_, i) => `vendor ${i}`);
    const choices = (vendor: string) => ({
      adapter: { vendor, architecture: '', device: '', description: '', features: [] },
      kernels: 'ab'.repeat(32),
      layers: new Map(),
    });
    await Promise.all(vendors.map((vendor) => keepChoices([choices(vendor)], () => {})));
    const kept = await readKeptChoices(() => {});
    expect(kept.map(({ adapter }) => adapter.vendor).sort()).toEqual(vendors);
    vi.unstubAllEnvs();
  });
});
