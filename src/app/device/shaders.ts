import { type ShaderSource, shadersWith } from '../../library/api.ts';
import { shaderTexts } from './shader_texts.ts';

const folder = '../../../shaders/';
let texts = shaderTexts;

/** Shaders by name, from the bundle; in development, as they were last saved. */
export const shaderSource: ShaderSource = async (name) => {
  const text = texts[`${folder}${name}.wgsl`];
  if (text === undefined) throw new RangeError(`there is no shaders/${name}.wgsl`);
  return text;
};

const nameOf = (path: string): string => path.slice(folder.length, -'.wgsl'.length);

const listeners = new Set<(name: string) => void>();

/** Calls `listener` with the name of each shader that has to be built anew, because it was edited. Development only. */
export function onShaderEdit(listener: (name: string) => void): void {
  listeners.add(listener);
}

import.meta.hot?.accept('./shader_texts.ts', (module) => {
  const edited: Record<string, string> = module?.shaderTexts ?? texts;
  const changed = Object.keys(edited).filter((path) => edited[path] !== texts[path]);
  texts = edited;
  const named = new Map(Object.entries(texts).map(([path, text]) => [nameOf(path), text]));
  for (const name of new Set(changed.flatMap((path) => shadersWith(nameOf(path), named))))
    for (const listener of listeners) listener(name);
});
