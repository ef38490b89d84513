import { readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** The most symbolic links, one leading to the next, that are followed. */
const mostLinks = 32;

/** Where a path leads, through symbolic links; also where nothing is there yet. */
export async function targetOf(path: string): Promise<string> {
  let target = resolve(path);
  for (let link = 0; link < mostLinks; link++) {
    const real = await realpath(target).catch(() => undefined);
    if (real !== undefined) return real;
    const next = await readlink(target).catch(() => undefined);
    if (next === undefined) break;
    target = resolve(dirname(target), next);
  }
  const folder = await realpath(dirname(target)).catch(() => dirname(target));
  return join(folder, basename(target));
}

/**
 * A text that is the same for two paths if they lead to one file, through symbolic or hard links; undefined for a device
 * or a pipe, which many may write to.
 */
export async function fileIdentity(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => null);
  if (!found) return targetOf(path);
  return found.isFile() ? `${found.dev} ${found.ino}` : undefined;
}
