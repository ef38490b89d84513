import { readFile, stat } from 'node:fs/promises';
import { InputError } from '../../formats/errors.ts';
import { parseSafetensors } from '../../formats/safetensors.ts';
import type { TensorFile } from '../../formats/tensors/named_tensors.ts';

/** The system's error codes in words. */
const causes: Record<string, string> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'may not be read',
  EPERM: 'may not be read',
  ELOOP: 'a symbolic link that leads nowhere',
  ENAMETOOLONG: 'the name is too long',
  ERR_FS_FILE_TOO_LARGE: 'larger than 2 GiB',
  ERR_INVALID_ARG_VALUE: 'no valid file name',
};

/**
 * Reads a whole file that a person named.
 * @throws InputError where there is none, or it may not be read
 */
export async function readInput(path: string): Promise<Uint8Array> {
  try {
    const found = await stat(path);
    // A device such as /dev/zero never ends; a pipe (process substitution) does.
    if (!found.isFile() && !found.isFIFO()) throw new InputError(`${path}: not a file`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${path}: ${causeOf(error)}`);
  }
}

/** Reads a file of tensors. @throws InputError, FormatError */
export async function readTensorFile(path: string): Promise<TensorFile> {
  return parseSafetensors(await readInput(path), path);
}

/** The cause of a file's error, in words. */
export function causeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return causes[code] ?? (error instanceof Error ? error.message : String(error));
}
