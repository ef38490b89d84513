/// <reference types="@webgpu/types" preserve="true" />
import {
  type Engine,
  type EngineOptions,
  openEngine as openWithShaders,
  type ShaderSource,
} from './api.ts';
import { shaderTexts } from './shader_texts.ts';

// The entry point of the package `draggan-webgpu`: the library, with its shaders in it.
export * from './api.ts';

const packagedShaders: ShaderSource = async (name) => {
  const text = shaderTexts[`../../shaders/${name}.wgsl`];
  if (text === undefined) throw new RangeError(`there is no shaders/${name}.wgsl`);
  return text;
};

/**
 * Opens a device with all the memory that the adapter grants.
 * @param gpu `navigator.gpu`, or what the package `webgpu` creates in Node
 * @param options the shaders are the package's own unless others are given
 * @throws NoAdapterError where there is none; DeviceLimitError where it cannot run the kernels.
 */
export function openEngine(gpu: GPU, options: Partial<EngineOptions> = {}): Promise<Engine> {
  return openWithShaders(gpu, { shaders: packagedShaders, ...options });
}
