import { constants } from 'node:fs';
import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { InputError } from '../../formats/errors.ts';
import { parseSafetensors } from '../../formats/safetensors.ts';
import type { TensorFile } from '../../formats/tensors/named_tensors.ts';

/** Milliseconds after which a pipe that nobody writes to is given up. */
const longestOpening = 5000;
/** Milliseconds between two looks into a pipe. */
const pollInterval = 1;

/** The system's error codes in words. */
const causes: Record<string, string> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'may not be read',
  EPERM: 'may not be read',
  ELOOP: 'a symbolic link that leads nowhere',
  ENAMETOOLONG: 'the name is too long',
  ENOSPC: 'no space is left',
  EDQUOT: 'no space is left of what you may use',
  EFBIG: 'too large for the file system',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many files are open',
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
    return await (found.isFIFO() ? readPipe(path) : readFile(path));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${path}: ${causeOf(error)}`);
  }
}

/**
 * Reads a pipe to its end. It is opened without waiting for somebody who writes: a thread that waits in the system cannot
 * be called back, and keeps the process from ending.
 * @throws InputError where nobody writes for a while
 */
async function readPipe(path: string): Promise<Uint8Array> {
  const pipe = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const chunks: Uint8Array[] = [];
  const since = Date.now();
  try {
    for (;;) {
      const chunk = await readSome(pipe);
      if (chunk && chunk.length > 0) {
        chunks.push(chunk);
        continue;
      }
      // Nothing to be read, and nobody who writes: at the end, or before the beginning.
      if (chunk && chunks.length > 0) return Buffer.concat(chunks);
      if (chunk && Date.now() - since > longestOpening)
        throw new InputError(`${path}: a pipe that nobody writes to`);
      await wait(pollInterval);
    }
  } finally {
    await pipe.close();
  }
}

/** @returns nothing where nobody writes; undefined where somebody does, but has not yet */
async function readSome(pipe: FileHandle): Promise<Uint8Array | undefined> {
  const chunk = Buffer.allocUnsafe(2 ** 16);
  try {
    const { bytesRead } = await pipe.read(chunk, 0, chunk.length, null);
    return chunk.subarray(0, bytesRead);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return undefined;
    throw error;
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
