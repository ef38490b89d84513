import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '../../formats/errors.ts';
import { causeOf } from '../../node/files/input_file.ts';
import type { CommandLine } from '../options/arguments.ts';

/** A file that will be written at the end: it appears whole or not at all. */
export interface OutputFile {
  /** Writes it. Whoever reads the path meanwhile sees the old file, or none. */
  write(bytes: Uint8Array): Promise<void>;
}

/**
 * Checks that a file can be written, before the long work whose result it will hold.
 * @param option the option that named it, for the message; undefined if the path is an argument
 * @throws InputError where the folder is missing or may not be written, or the path is a folder
 */
export async function prepareOutput(path: string, option?: string): Promise<OutputFile> {
  const refuse = (why: string): never => {
    throw new InputError(`${path}: ${why}`, { option });
  };
  if (path === '') refuse('no file name');
  const target = await resolveTarget(path);
  const found = await stat(target).catch(() => null);
  if (found?.isDirectory()) refuse('is a folder');
  // A rename would put a file in the place of a device or a pipe, so those are written as they stand.
  if (found && !found.isFile()) return { write: (bytes) => writeFile(target, bytes) };
  const folder = dirname(target);
  const parent = await stat(folder).catch(() => null);
  if (!parent?.isDirectory()) refuse(`there is no folder ${folder}`);
  await access(folder, constants.W_OK).catch(() => refuse(`${folder} may not be written`));
  return { write: (bytes) => replaceFile(target, bytes) };
}

/** The file that an option names, if it is given. @throws InputError as `prepareOutput` */
export async function optionalOutput(
  line: CommandLine,
  option: string,
): Promise<OutputFile | undefined> {
  const path = line.text(option);
  return path === undefined ? undefined : prepareOutput(path, option);
}

/** @throws InputError where two of these options name the same file */
export function refuseSameOutputs(line: CommandLine, options: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const option of options) {
    const path = line.text(option);
    if (path === undefined) continue;
    const other = seen.get(resolve(path));
    if (other) throw new InputError(`the same file as --${other}`, { option });
    seen.set(resolve(path), option);
  }
}

/** Where a symbolic link leads, so that the link stays one. */
async function resolveTarget(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/** Writes a file: whoever reads it meanwhile sees the old one, or none. */
export async function replaceFile(target: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(dirname(target), `.${basename(target).slice(0, 100)}.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, bytes, { flag: 'wx' });
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new Error(`${target}: cannot be written: ${causeOf(error)}`, { cause: error });
  }
}
