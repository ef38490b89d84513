import { readFile } from 'node:fs/promises';
import type { ShaderSource } from '../engine/shaders.ts';

/** Kernels from the checkout's `shaders` folder. */
export const nodeShaders: ShaderSource = (name) =>
  readFile(new URL(`../../shaders/${name}.wgsl`, import.meta.url), 'utf8');
