import { namedLibrary, type ShaderSource } from '../../engine/kernels/shaders.ts';
import { shaderTexts } from './shader_texts.ts';

const folder = '../../../shaders/';
let texts = shaderTexts;

/** Shaders by name, from the bundle; in development, as they were last saved. */
export const shaderSource: ShaderSource = async (name) => {
  const text = texts[`${folder}${name}.wgsl`];
  if (text === undefined) throw new RangeError(`there is no shaders/${name}.wgsl`);
  return text;
};

/** The shader itself, or all that use it where it is a library file. */
function shadersWith(path: string): string[] {
  const name = path.slice(folder.length, -'.wgsl'.length);
  if (!name.startsWith('lib/')) return [name];
  const uses = new RegExp(`^// uses .*\\b${namedLibrary(name)}\\b`, 'm');
  return Object.keys(texts)
    .filter((user) => uses.test(texts[user]))
    .flatMap(shadersWith);
}

const listeners = new Set<(name: string) => void>();

/** Calls `listener` with the name of each shader that has to be built anew, because it was edited. Development only. */
export function onShaderEdit(listener: (name: string) => void): void {
  listeners.add(listener);
}

import.meta.hot?.accept('./shader_texts.ts', (module) => {
  const edited: Record<string, string> = module?.shaderTexts ?? texts;
  const changed = Object.keys(edited).filter((path) => edited[path] !== texts[path]);
  texts = edited;
  for (const name of new Set(changed.flatMap(shadersWith)))
    for (const listener of listeners) listener(name);
});
