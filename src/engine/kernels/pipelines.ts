import type { Precision } from '../memory/layouts.ts';
import { readShader, type Shader, ShaderError, type ShaderSource } from './shaders.ts';

/** A compiled entry point. */
export interface Kernel {
  readonly shader: Shader;
  readonly entry: string;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

const precisions: readonly Precision[] = ['f32', 'f16'];

/** The cache key of a shader: each precision of the weights has a shader of its own. */
const shaderKey = (name: string, precision: Precision): string => `${name} ${precision}`;

/**
 * Compiles shaders once each and keeps their pipelines. All pipelines that are asked for together are built
 * together, asynchronously.
 */
export class PipelineCache {
  readonly #device: GPUDevice;
  readonly #source: ShaderSource;
  readonly #shaders = new Map<string, Promise<Shader>>();
  readonly #modules = new Map<string, Promise<GPUShaderModule>>();
  readonly #kernels = new Map<string, Promise<Kernel>>();
  #generation = 0;

  constructor(device: GPUDevice, source: ShaderSource) {
    this.#device = device;
    this.#source = source;
  }

  /** The shader's reflection. @throws ShaderError where the file does not parse. */
  shader(name: string, precision: Precision = 'f32'): Promise<Shader> {
    return remember(this.#shaders, shaderKey(name, precision), () =>
      readShader(name, this.#source, precision),
    );
  }

  /**
   * @param precision how the weights that it reads, if any, are stored
   * @throws ShaderError with the line where the file does not compile.
   */
  kernel(name: string, entry: string, precision: Precision = 'f32'): Promise<Kernel> {
    return remember(this.#kernels, `${shaderKey(name, precision)}:${entry}`, () =>
      this.#compile(name, entry, precision),
    );
  }

  /**
   * Reads a shader's file again and compiles those of its kernels that are in use. The old ones stay where the new file
   * does not compile. Plans built before keep their kernels: they are rebuilt by whoever sees `generation` change.
   * @throws ShaderError with the line where the file does not parse or compile, or where it lacks an entry point in use
   */
  async reload(name: string): Promise<void> {
    const fresh = new PipelineCache(this.#device, this.#source);
    await fresh.shader(name);
    const kernels = precisions.flatMap((precision) => {
      const prefix = `${shaderKey(name, precision)}:`;
      return [...this.#kernels.keys()]
        .filter((key) => key.startsWith(prefix))
        .map((key) => ({ key, precision, entry: key.slice(prefix.length) }));
    });
    await Promise.all(kernels.map(({ entry, precision }) => fresh.kernel(name, entry, precision)));
    for (const { key } of kernels) this.#kernels.delete(key);
    for (const precision of precisions) {
      this.#shaders.delete(shaderKey(name, precision));
      this.#modules.delete(shaderKey(name, precision));
    }
    for (const [key, kernel] of fresh.#kernels) this.#kernels.set(key, kernel);
    for (const [key, shader] of fresh.#shaders) this.#shaders.set(key, shader);
    for (const [key, module] of fresh.#modules) this.#modules.set(key, module);
    this.#generation++;
  }

  /** Makes every holder of a plan rebuild it, because other kernels are to be taken. */
  outdate(): void {
    this.#generation++;
  }

  /** Rises when kernels change: a plan built under a lower number may hold kernels that must not run any more. */
  get generation(): number {
    return this.#generation;
  }

  async #compile(name: string, entry: string, precision: Precision): Promise<Kernel> {
    const shader = await this.shader(name, precision);
    const bindings = shader.entryPoints.get(entry);
    if (!bindings) {
      const known = [...shader.entryPoints.keys()].join(', ');
      throw new ShaderError(name, `there is no entry point ${entry}; there are ${known}`);
    }
    const module = await remember(this.#modules, shaderKey(name, precision), () =>
      this.#module(shader),
    );
    const entries: GPUBindGroupLayoutEntry[] = bindings.map(({ binding, writable }) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: writable ? 'storage' : 'read-only-storage' },
    }));
    if (shader.paramsSize > 0)
      entries.push({
        binding: shader.paramsBinding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: 'uniform' },
      });
    const layout = this.#device.createBindGroupLayout({ label: `${name}:${entry}`, entries });
    const pipeline = await this.#device.createComputePipelineAsync({
      label: `${name}:${entry}`,
      layout: this.#device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: entry },
    });
    return { shader, entry, pipeline, layout };
  }

  async #module(shader: Shader): Promise<GPUShaderModule> {
    const module = this.#device.createShaderModule({ label: shader.name, code: shader.code });
    const { messages } = await module.getCompilationInfo();
    const error = messages.find((message) => message.type === 'error');
    if (error) throw new ShaderError(shader.name, error.message, error.lineNum);
    return module;
  }
}

/** The promise under `key`, made at the first call. One that fails is forgotten, so that the next call tries again. */
function remember<T>(cache: Map<string, Promise<T>>, key: string, make: () => Promise<T>) {
  let promise = cache.get(key);
  if (!promise) {
    promise = make();
    cache.set(key, promise);
    const made = promise;
    promise.catch(() => {
      if (cache.get(key) === made) cache.delete(key);
    });
  }
  return promise;
}
