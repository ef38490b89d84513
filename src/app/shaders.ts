import type { ShaderSource } from '../index.ts';
import { shaderTexts } from './shader_texts.ts';

const folder = '../../shaders/';
let texts = shaderTexts;

/** Shaders by name, from the bundle; in development, as they were last saved. */
export const shaderSource: ShaderSource = async (name) => {
  const text = texts[`${folder}${name}.wgsl`];
  if (text === undefined) throw new RangeError(`there is no shaders/${name}.wgsl`);
  return text;
};

const listeners = new Set<(name: string) => void>();

/** Calls `listener` with the name of each shader that was edited while the page is open. Development only. */
export function onShaderEdit(listener: (name: string) => void): void {
  listeners.add(listener);
}

import.meta.hot?.accept('./shader_texts.ts', (module) => {
  const edited: Record<string, string> = module?.shaderTexts ?? texts;
  const changed = Object.keys(edited).filter((path) => edited[path] !== texts[path]);
  texts = edited;
  for (const path of changed)
    for (const listener of listeners) listener(path.slice(folder.length, -'.wgsl'.length));
});
