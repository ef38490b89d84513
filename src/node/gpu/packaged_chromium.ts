import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { packageFolder } from '../files/package_folder.ts';

/** The archives of `@sparticuz/chromium`: the browser, SwiftShader with a Vulkan loader, fonts, and NSS libraries. */
export type ChromiumArchive =
  | 'chromium.br'
  | 'swiftshader.tar.br'
  | 'fonts.tar.br'
  | 'al2023.tar.br';

/** The folder of unpacked archives, and the package's version. */
export interface UnpackedChromium {
  folder: string;
  version: string;
}

/**
 * Unpacks archives of `@sparticuz/chromium` side by side into one folder, once for each version of the package: in
 * `.cache/` of the checkout, or in the temporary folder where that cannot be written. (The package's own unpacking
 * leaves a half-written browser for ever when it is interrupted.)
 *
 * @returns null where the package is not installed, or on another machine than x86-64 Linux, which it is for.
 */
export function unpackChromium(name: string, archives: ChromiumArchive[]): UnpackedChromium | null {
  const root = packageRoot();
  if (root === null || process.platform !== 'linux' || process.arch !== 'x64') return null;
  const manifest = readFileSync(join(root, 'package.json'), 'utf8');
  const { version }: { version: string } = JSON.parse(manifest);
  const files = archives.map((archive) => join(root, 'bin', archive));
  for (const cache of cacheFolders()) {
    const folder = join(cache, `${name}-${version}`);
    if (existsSync(folder) || unpack(files, folder)) return { folder, version };
  }
  return null;
}

function packageRoot(): string | null {
  try {
    const main = createRequire(import.meta.url).resolve('@sparticuz/chromium');
    return join(dirname(main), '..', '..');
  } catch {
    return null;
  }
}

function cacheFolders(): string[] {
  return [join(packageFolder, '.cache'), join(tmpdir(), 'draggan-webgpu')];
}

/** Unpacks beside the final place and renames, so that processes that start together do not see half of it. */
function unpack(archives: string[], folder: string): boolean {
  try {
    mkdirSync(dirname(folder), { recursive: true });
    const unfinished = mkdtempSync(`${folder}-`);
    const complete = archives.every((archive) => unpackArchive(archive, unfinished));
    if (complete && !existsSync(folder)) renameSync(unfinished, folder);
    else rmSync(unfinished, { recursive: true, force: true });
  } catch {
    // A folder that cannot be written, or another process that was first.
  }
  return existsSync(folder);
}

function unpackArchive(archive: string, folder: string): boolean {
  const input = brotliDecompressSync(readFileSync(archive));
  if (archive.endsWith('.tar.br')) {
    return spawnSync('tar', ['-xf', '-', '-C', folder], { input }).status === 0;
  }
  writeFileSync(join(folder, basename(archive, '.br')), input, { mode: 0o755 });
  return true;
}
