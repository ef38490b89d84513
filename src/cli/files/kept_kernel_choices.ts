import { mkdir, readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
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
  const folder = cache && isAbsolute(cache) ? cache : join(home || homedir(), '.cache');
  return join(folder, 'draggan-webgpu', 'tuning.json');
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
 */
export async function keepChoices(
  kernelChoices: readonly KernelChoices[],
  say: (line: string) => void,
): Promise<string | undefined> {
  const file = choicesFile();
  if (file === undefined) return undefined;
  const merged = kernelChoices.reduce(mergeKernelChoices, await readKeptChoices(say));
  await mkdir(dirname(file), { recursive: true });
  await replaceFile(file, new TextEncoder().encode(writeKernelChoices(merged)));
  return file;
}

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
