import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ShaderSource } from '../../engine/kernels/shaders.ts';
import { packageFolder } from '../files/package_folder.ts';

/** The shaders as files of this package. */
export const nodeShaders: ShaderSource = (name) =>
  readFile(join(packageFolder, 'shaders', `${name}.wgsl`), 'utf8');
