import { readShader, type Shader, ShaderError, type ShaderSource } from './shaders.ts';

/** A compiled entry point. */
export interface Kernel {
  readonly shader: Shader;
  readonly entry: string;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

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
  shader(name: string): Promise<Shader> {
    return remember(this.#shaders, name, () => readShader(name, this.#source));
  }

  /** @throws ShaderError with the line where the file does not compile. */
  kernel(name: string, entry: string): Promise<Kernel> {
    return remember(this.#kernels, `${name}:${entry}`, () => this.#compile(name, entry));
  }

  /**
   * Reads a shader's file again and compiles those of its kernels that are in use. The old ones stay where the new file
   * does not compile. Plans built before keep their kernels: they are rebuilt by whoever sees `generation` change.
   * @throws ShaderError with the line where the file does not parse or compile, or where it lacks an entry point in use
   */
  async reload(name: string): Promise<void> {
    const fresh = new PipelineCache(this.#device, this.#source);
    const prefix = `${name}:`;
    const entries = [...this.#kernels.keys()].filter((key) => key.startsWith(prefix));
    await fresh.shader(name);
    await Promise.all(entries.map((key) => fresh.kernel(name, key.slice(prefix.length))));
    for (const key of entries) this.#kernels.delete(key);
    this.#shaders.delete(name);
    this.#modules.delete(name);
    for (const [key, kernel] of fresh.#kernels) this.#kernels.set(key, kernel);
    for (const [key, shader] of fresh.#shaders) this.#shaders.set(key, shader);
    for (const [key, module] of fresh.#modules) this.#modules.set(key, module);
    this.#generation++;
  }

  /** Counts the reloads: a plan made under another generation may hold old kernels. */
  get generation(): number {
    return this.#generation;
  }

  async #compile(name: string, entry: string): Promise<Kernel> {
    const shader = await this.shader(name);
    const bindings = shader.entryPoints.get(entry);
    if (!bindings) {
      const known = [...shader.entryPoints.keys()].join(', ');
      throw new ShaderError(name, `there is no entry point ${entry}; there are ${known}`);
    }
    const module = await remember(this.#modules, name, () => this.#module(shader));
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

/** The promise under `key`, made at the first call; one that fails is forgotten, so that a mended file is tried again. */
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
