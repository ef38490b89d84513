import {
  closeSync,
  constants,
  fstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The file descriptor of standard error. */
const standardError = 2;

/**
 * What Dawn says of every Vulkan driver whose limits are higher than its own, straight to standard error: it means
 * nothing for anybody, and there is no option against it.
 */
const meaningless = /^Warning: maxDynamic(Uniform|Storage)BuffersPerPipelineLayout artificially /;

/**
 * Calls `work` with standard error kept back, and then lets through what is meaningful. Only on Linux, and where standard
 * error is a terminal or a pipe: a file is shared with others who write to it, and a socket cannot be opened again.
 * @param work in which nothing is awaited, since other threads' files must not come into the place of standard error
 */
export function withoutDawnsWarnings<Result>(work: () => Result): Result {
  const again = openAgain();
  if (again === undefined) return work();
  const original = `/proc/self/fd/${again}`;
  const kept = keptFile();
  if (kept === undefined || !putAtStandardError(kept, original)) {
    closeSync(again);
    return work();
  }
  try {
    return work();
  } finally {
    putAtStandardError(original, original);
    closeSync(again);
    const lines = readFileSync(kept, 'utf8').split(/(?<=\n)/);
    rmSync(dirname(kept), { recursive: true });
    const meant = lines.filter((line) => !meaningless.test(line)).join('');
    if (meant !== '') writeSync(standardError, meant);
  }
}

/** An empty file for what is said meanwhile; undefined where there can be none, as on a full disk. */
function keptFile(): string | undefined {
  try {
    const file = join(mkdtempSync(join(tmpdir(), 'draggan-')), 'stderr');
    writeFileSync(file, '');
    return file;
  } catch {
    return undefined;
  }
}

/** Another descriptor of what standard error is; undefined where there can be none. */
function openAgain(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const found = fstatSync(standardError);
    if (!found.isCharacterDevice() && !found.isFIFO()) return undefined;
    return openSync(`/proc/self/fd/${standardError}`, constants.O_WRONLY | constants.O_NOCTTY);
  } catch {
    return undefined;
  }
}

/**
 * Puts a file into the place of standard error: what is opened next takes the lowest descriptor that is free.
 * @param otherwise what is put there where the file cannot be opened
 * @returns false if that was necessary
 */
function putAtStandardError(file: string, otherwise: string): boolean {
  closeSync(standardError);
  try {
    openSync(file, 'a');
    return true;
  } catch {
    openSync(otherwise, 'a');
    return false;
  }
}
