import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OutputError } from '../../formats/errors.ts';
import { causeOf } from '../../node/files/input_file.ts';

/**
 * Makes a folder and those above it, unless they are there. Node's own way does not end where a folder can never be made,
 * such as in /proc.
 * @throws OutputError
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'EEXIST') return;
    const above = dirname(path);
    if (code !== 'ENOENT' || above === path) throw notMade(path, error);
    await makeFolder(above);
    await mkdir(path).catch((again: unknown) => {
      throw notMade(path, again);
    });
  }
}

const notMade = (path: string, cause: unknown): OutputError =>
  new OutputError(`${path}: the folder cannot be made: ${causeOf(cause)}`, { cause });
