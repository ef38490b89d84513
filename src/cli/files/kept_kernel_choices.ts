import { mkdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import {
  type KernelChoices,
  mergeKernelChoices,
  useKernelChoices,
} from '../../engine/autotune/kernel_choices.ts';
import {
  readKernelChoices,
  writeKernelChoices,
} from '../../engine/autotune/kernel_choices_file.ts';
import type { Engine } from '../../engine/device.ts';
import { InputError } from '../../formats/errors.ts';
import { causeOf } from '../../node/files/input_file.ts';
import { replaceFile } from './atomic_file.ts';
import { makeFolder } from './folder.ts';

/**
 * The file in the user's cache that keeps the kernel choices of all adapters; undefined where DRAGGAN_AUTOTUNE=off says
 * that nothing is to be kept or taken.
 * @throws InputError where DRAGGAN_AUTOTUNE says something else
 */
export function choicesFile(environment = process.env): string | undefined {
  const { DRAGGAN_AUTOTUNE: setting, XDG_CACHE_HOME: cache, HOME: home } = environment;
  if (setting === 'off') return undefined;
  if (setting) throw new InputError(`DRAGGAN_AUTOTUNE=${setting}: use off, or leave it out`);
  // XDG's specification says to ignore relative paths.
  const folder = cache && isAbsolute(cache) ? cache : cacheOf(home);
  return folder && join(folder, 'draggan-webgpu', 'tuning.json');
}

/** Undefined for a person without a home folder, for whom nothing is kept. */
function cacheOf(home: string | undefined): string | undefined {
  try {
    return join(home || homedir(), '.cache');
  } catch {
    return undefined;
  }
}

/** The kept kernel choices; empty if the file cannot be used, and `say` is then called with the reason. */
export async function readKeptChoices(say: (line: string) => void): Promise<KernelChoices[]> {
  const file = choicesFile();
  if (file === undefined) return [];
  try {
    return readKernelChoices(await readFile(file, 'utf8'), file);
  } catch (error) {
    if (!isMissing(error)) say(`the kept kernel choices are ignored: ${causeOf(error)}`);
    return [];
  }
}

/**
 * Adds to the kept choices.
 * @returns the file; undefined where nothing is to be kept
 * @throws OutputError where it cannot be written
 */
export async function keepChoices(
  kernelChoices: readonly KernelChoices[],
  say: (line: string) => void,
): Promise<string | undefined> {
  const file = choicesFile();
  if (file === undefined) return undefined;
  await makeFolder(dirname(file));
  await alone(`${file}.lock`, async () => {
    const merged = kernelChoices.reduce(mergeKernelChoices, await readKeptChoices(say));
    await replaceFile(file, new TextEncoder().encode(writeKernelChoices(merged)));
  });
  return file;
}

/** Milliseconds for which another process may hold a lock; one that is older was left by a process that died. */
const longestLock = 10_000;

/** Does work while no other process does such: what each of them adds is kept. */
async function alone(lock: string, work: () => Promise<void>): Promise<void> {
  while (await isThere(lock)) {
    const since = await stat(lock).catch(() => undefined);
    if (since && Date.now() - since.mtimeMs > longestLock) await rmdir(lock).catch(() => {});
    await wait(20);
  }
  try {
    await work();
  } finally {
    await rmdir(lock).catch(() => {});
  }
}

/** Makes a folder unless it is there. Another fault comes again when the file is written, and is reported then. */
const isThere = (folder: string): Promise<boolean> =>
  mkdir(folder).then(
    () => false,
    (error) => error instanceof Error && 'code' in error && error.code === 'EEXIST',
  );

export async function forgetChoices(): Promise<void> {
  const file = choicesFile();
  if (file !== undefined) await rm(file, { force: true });
}

/** Makes an engine use the choices kept for its adapter. @returns the number of layers that have one */
export async function useKeptChoices(engine: Engine, say: (line: string) => void): Promise<number> {
  const choices = await useKernelChoices(engine, await readKeptChoices(say));
  return choices?.layers.size ?? 0;
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ENOENT' || error.code === 'ENOTDIR');
