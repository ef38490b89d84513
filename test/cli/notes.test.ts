import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it, vi } from 'vitest';
import { runCommand } from '../../src/cli/main.ts';
import { Progress } from '../../src/cli/progress.ts';
import { writeNpy } from '../../src/formats/numpy/npy.ts';
import { writeSafetensors } from '../../src/formats/safetensors.ts';
import { readFixture } from '../support/fixture_files.ts';

vi.mock('../../src/cli/files/open_model.ts', () => ({
  openModel: () => {
    throw new Error('a device was opened');
  },
}));

const folder = mkdtempSync(join(tmpdir(), 'draggan-'));
afterAll(() => rmSync(folder, { recursive: true }));
const tiny = fileURLToPath(new URL('../fixtures/tiny.safetensors', import.meta.url));

/** What a command says beside its result. */
async function notesOf(...args: string[]): Promise<string[]> {
  const progress = new Progress();
  const notes: string[] = [];
  vi.spyOn(progress, 'note').mockImplementation((text) => void notes.push(text));
  await runCommand(args, progress).catch((error: Error) => {
    if (error.message !== 'a device was opened') throw error;
  });
  return notes;
}

function masked(value: number, free = value): string {
  const mask = join(folder, `${value}${free}.npy`);
  const values = new Float32Array(64 * 64).fill(value);
  values[0] = free;
  writeFileSync(mask, writeNpy([64, 64], values));
  return mask;
}

it('says that a mask lets nothing move', async () => {
  const drag = ['drag', tiny, '--seed', '1', '--points', '20,20>30,30', '--mask'];
  expect(await notesOf(...drag, masked(1))).toEqual([expect.stringMatching(/lets nothing move/)]);
  expect(await notesOf(...drag, masked(1, 0))).toEqual([]);
  expect(await notesOf(...drag, masked(1), '--mask-invert')).toEqual([]);
});

it('says that a file lacks noise maps, or an average w', async () => {
  const { file } = readFixture('tiny');
  const lacking = (name: RegExp) => {
    const kept = [...file.tensors].filter(([tensor]) => !name.test(tensor));
    const path = join(folder, 'lacking.safetensors');
    const tensors = kept.map(
      ([tensor, { shape, data }]) => [tensor, { shape, data: data() }] as const,
    );
    writeFileSync(path, writeSafetensors(new Map(tensors)));
    return path;
  };
  expect(await notesOf('info', lacking(/noise_const/))).toEqual([
    expect.stringMatching(/no noise maps: no noise is added \(--noise random/),
  ]);
  const generate = ['generate', lacking(/w_avg/), '--seed', '1', '--out', join(folder, 'a.png')];
  expect(await notesOf(...generate, '--psi', '0.7')).toEqual([
    expect.stringMatching(/no average w: an estimate from 10,000/),
  ]);
  expect(await notesOf(...generate)).toEqual([]);
  expect(await notesOf('info', tiny)).toEqual([]);
});
