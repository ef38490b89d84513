import { mkdir, readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { mergeTunings, type Tuning, useTuning } from '../../engine/autotune/kernel_choices.ts';
import { readTunings, writeTunings } from '../../engine/autotune/kernel_choices_file.ts';
import type { Engine } from '../../engine/device.ts';
import { InputError } from '../../formats/errors.ts';
import { causeOf } from '../../node/files/input_file.ts';
import { replaceFile } from './atomic_file.ts';

/**
 * The file of the user's cache that keeps what was measured, on all adapters; undefined where DRAGGAN_TUNING=off says
 * that nothing is to be kept or taken.
 * @throws InputError where DRAGGAN_TUNING says something else
 */
export function tuningFile(environment = process.env): string | undefined {
  const { DRAGGAN_TUNING: setting, XDG_CACHE_HOME: cache, HOME: home } = environment;
  if (setting === 'off') return undefined;
  if (setting) throw new InputError(`DRAGGAN_TUNING=${setting}: use off, or leave it out`);
  // The specification of the variable has relative paths ignored.
  const folder = cache && isAbsolute(cache) ? cache : join(home || homedir(), '.cache');
  return join(folder, 'draggan-webgpu', 'tuning.json');
}

/** What is kept; nothing where the file cannot be used, which `say` is told in a line. */
export async function readKeptTunings(say: (line: string) => void): Promise<Tuning[]> {
  const file = tuningFile();
  if (file === undefined) return [];
  try {
    return readTunings(await readFile(file, 'utf8'), file);
  } catch (error) {
    if (!isMissing(error)) say(`the tuning that is kept is ignored: ${causeOf(error)}`);
    return [];
  }
}

/**
 * Adds to what is kept.
 * @returns the file; undefined where nothing is to be kept
 */
export async function keepTunings(
  tunings: readonly Tuning[],
  say: (line: string) => void,
): Promise<string | undefined> {
  const file = tuningFile();
  if (file === undefined) return undefined;
  const merged = tunings.reduce(mergeTunings, await readKeptTunings(say));
  await mkdir(dirname(file), { recursive: true });
  await replaceFile(file, new TextEncoder().encode(writeTunings(merged)));
  return file;
}

export async function forgetTunings(): Promise<void> {
  const file = tuningFile();
  if (file !== undefined) await rm(file, { force: true });
}

/** Has an engine take what is kept for its adapter. @returns for how many layers */
export async function useKeptTuning(engine: Engine, say: (line: string) => void): Promise<number> {
  const tuning = await useTuning(engine, await readKeptTunings(say));
  return tuning?.layers.size ?? 0;
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ENOENT' || error.code === 'ENOTDIR');
