import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder of this package: the checkout, or where npm has installed it. It is the first folder above this module
 * that has a package.json, wherever in the package the module was built to.
 */
export const packageFolder: string = findPackageFolder(dirname(fileURLToPath(import.meta.url)));

function findPackageFolder(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const above = dirname(folder);
  if (above === folder) throw new RangeError('the package has lost its package.json');
  return findPackageFolder(above);
}
