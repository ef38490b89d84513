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

/** The key of a shader for one precision of its weights: each has a text of its own. */
const shaderKey = (name: string, precision: Precision): string => `${name} ${precision}`;

/**
 * Compiles shaders once each and keeps their pipelines. All pipelines that are asked for together are built
 * together, asynchronously.
 */
export class PipelineCache {
  readonly #device: GPUDevice;
  readonly #source: ShaderSource;
  readonly #shaders = new Map<string, CompiledShader>();
  #generation = 0;

  constructor(device: GPUDevice, source: ShaderSource) {
    this.#device = device;
    this.#source = source;
  }

  /** The shader's reflection. @throws ShaderError where the file does not parse. */
  shader(name: string, precision: Precision = 'f32'): Promise<Shader> {
    return this.#compiled(name, precision).shader();
  }

  /**
   * @param precision how the weights that it reads, if any, are stored
   * @throws ShaderError with the line where the file does not compile.
   */
  kernel(name: string, entry: string, precision: Precision = 'f32'): Promise<Kernel> {
    return this.#compiled(name, precision).kernel(entry);
  }

  /**
   * Reads a shader's file again and compiles those of its kernels that are in use. The old ones stay where the new file
   * does not compile. Plans built before keep their kernels: they are rebuilt by whoever sees `generation` change.
   * @throws ShaderError with the line where the file does not parse or compile, or where it lacks an entry point in use
   */
  async reload(name: string): Promise<void> {
    const fresh = precisions.map((precision) => ({
      key: shaderKey(name, precision),
      compiled: new CompiledShader(this.#device, this.#source, name, precision),
    }));
    await fresh[0].compiled.shader();
    await Promise.all(
      fresh.flatMap(({ key, compiled }) =>
        (this.#shaders.get(key)?.entries ?? []).map((entry) => compiled.kernel(entry)),
      ),
    );
    for (const { key, compiled } of fresh) this.#shaders.set(key, compiled);
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

  #compiled(name: string, precision: Precision): CompiledShader {
    const key = shaderKey(name, precision);
    const known = this.#shaders.get(key);
    if (known) return known;
    const compiled = new CompiledShader(this.#device, this.#source, name, precision);
    this.#shaders.set(key, compiled);
    return compiled;
  }
}

/** A shader for one precision of its weights, and those of its kernels that were asked for. */
class CompiledShader {
  readonly #device: GPUDevice;
  readonly #source: ShaderSource;
  readonly #name: string;
  readonly #precision: Precision;
  /** The one shader and the one module, under its name. */
  readonly #shader = new Map<string, Promise<Shader>>();
  readonly #module = new Map<string, Promise<GPUShaderModule>>();
  readonly #kernels = new Map<string, Promise<Kernel>>();

  constructor(device: GPUDevice, source: ShaderSource, name: string, precision: Precision) {
    this.#device = device;
    this.#source = source;
    this.#name = name;
    this.#precision = precision;
  }

  /** The entry points that were asked for. */
  get entries(): string[] {
    return [...this.#kernels.keys()];
  }

  shader(): Promise<Shader> {
    return remember(this.#shader, this.#name, () =>
      readShader(this.#name, this.#source, this.#precision),
    );
  }

  kernel(entry: string): Promise<Kernel> {
    return remember(this.#kernels, entry, () => this.#compile(entry));
  }

  async #compile(entry: string): Promise<Kernel> {
    const name = this.#name;
    const shader = await this.shader();
    const bindings = shader.entryPoints.get(entry);
    if (!bindings) {
      const known = [...shader.entryPoints.keys()].join(', ');
      throw new ShaderError(name, `there is no entry point ${entry}; there are ${known}`);
    }
    const module = await remember(this.#module, name, () => this.#createModule(shader));
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

  async #createModule(shader: Shader): Promise<GPUShaderModule> {
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
