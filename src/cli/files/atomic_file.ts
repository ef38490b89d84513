import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InputError, OutputError } from '../../formats/errors.ts';
import { causeOf } from '../../node/files/input_file.ts';
import type { CommandLine } from '../options/arguments.ts';
import { targetOf } from './file_identity.ts';
import { refuseOtherEnding } from './output_ending.ts';

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
  const target = await targetOf(path);
  const found = await stat(target).catch((error) => {
    if (codeOf(error) === 'ENAMETOOLONG') refuse('the name is too long');
    return null;
  });
  if (found?.isDirectory()) refuse('is a folder');
  // A rename would put a file in the place of a device or a pipe, so those are written as they stand.
  if (found && !found.isFile()) return { write: (bytes) => writeDevice(target, bytes) };
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

/**
 * Checks as `prepareOutput` that a safetensors file can be written.
 * @throws InputError also for the ending of another format
 */
export function prepareTensors(path: string, option?: string): Promise<OutputFile> {
  refuseOtherEnding(path, ['safetensors'], option);
  return prepareOutput(path, option);
}

/** The safetensors file that an option names, if it is given. @throws InputError as `prepareTensors` */
export async function optionalTensors(
  line: CommandLine,
  option: string,
): Promise<OutputFile | undefined> {
  const path = line.text(option);
  return path === undefined ? undefined : prepareTensors(path, option);
}

/**
 * Writes files one by one: one that fails does not take the others along.
 * @param writes undefined for a file that nobody asked for
 * @throws the fault, or one that names all of them
 */
export async function writeEach(
  ...writes: readonly ((() => Promise<void>) | undefined)[]
): Promise<void> {
  const faults: unknown[] = [];
  for (const write of writes) await write?.().catch((fault) => faults.push(fault));
  const [first, ...others] = faults;
  if (first === undefined) return;
  const unexpected = faults.find((fault) => !(fault instanceof OutputError));
  if (unexpected !== undefined || others.length === 0) throw unexpected ?? first;
  throw new OutputError(faults.map((fault) => causeOf(fault)).join('; '));
}

/** Writes a file: whoever reads it meanwhile sees the old one, or none. @throws OutputError */
export async function replaceFile(target: string, bytes: Uint8Array): Promise<void> {
  // Not the file's own name, which may be as long as names may be.
  const temporary = join(dirname(target), `.draggan-${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, bytes, { flag: 'wx' });
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw notWritten(target, error);
  }
}

async function writeDevice(target: string, bytes: Uint8Array): Promise<void> {
  await writeFile(target, bytes).catch((error) => {
    throw notWritten(target, error);
  });
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

function notWritten(target: string, cause: unknown): OutputError {
  const isForbidden = /^E(ACCES|PERM)$/.test(codeOf(cause));
  const why = isForbidden ? 'no permission' : causeOf(cause);
  return new OutputError(`${target}: cannot be written: ${why}`, { cause });
}
