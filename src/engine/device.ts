import { DeviceLimitError, NoAdapterError } from '../formats/errors.ts';
import type { AdapterDescription } from './adapter.ts';
import { defaultVariants, type Variants } from './graph/variants.ts';
import { PipelineCache } from './kernels/pipelines.ts';
import type { ShaderSource } from './kernels/shaders.ts';

/** What a device is opened with. */
export interface EngineOptions {
  /** Where the kernels' texts come from. */
  readonly shaders: ShaderSource;
  /** Which of two GPUs is asked for: the fast one, unless `low-power` is given. */
  readonly powerPreference?: GPUPowerPreference;
}

/** Features that are used where they are there. */
const optionalFeatures: readonly GPUFeatureName[] = ['timestamp-query', 'shader-f16', 'subgroups'];
/** Limits of which all that the adapter has is asked for. */
const raisedLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
] as const;
/** What the kernels need; every WebGPU adapter has it. */
const requiredStorageBuffers = 8;

/** A device with its pipelines. All models and sessions on it share them. */
export class Engine {
  /** The WebGPU device. */
  readonly device: GPUDevice;
  /** The adapter that the device is on. */
  readonly adapter: AdapterDescription;
  /** @internal Compiled kernels, by their texts. */
  readonly pipelines: PipelineCache;
  /** @internal Which kernels new plans take; `takeVariants` changes them for the plans that exist, too. */
  variants: Variants;
  /** Resolves once the device is lost, `destroy` included. */
  readonly lost: Promise<GPUDeviceLostInfo>;

  /** Takes over a device that was opened already; `openEngine` opens one. */
  constructor(device: GPUDevice, adapter: AdapterDescription, shaders: ShaderSource) {
    this.device = device;
    this.adapter = adapter;
    this.pipelines = new PipelineCache(device, shaders);
    this.variants = defaultVariants(adapter);
    this.lost = device.lost;
  }

  /** @internal Takes other kernels. Whoever holds a plan rebuilds it before its next submission. */
  takeVariants(variants: Variants): void {
    this.variants = variants;
    this.pipelines.outdate();
  }

  /** Frees the device and all memory on it. Models and sessions on it cannot be used afterwards. */
  destroy(): void {
    this.device.destroy();
  }
}

/**
 * Opens a device with all the memory that the adapter grants.
 * @throws NoAdapterError where there is none; DeviceLimitError where it cannot run the kernels.
 */
export async function openEngine(gpu: GPU, options: EngineOptions): Promise<Engine> {
  const { powerPreference = 'high-performance', shaders } = options;
  const adapter = await gpu.requestAdapter({ powerPreference });
  if (!adapter)
    throw new NoAdapterError('WebGPU is there, but it found no graphics adapter to run on');
  const available = adapter.limits.maxStorageBuffersPerShaderStage;
  if (available < requiredStorageBuffers)
    throw new DeviceLimitError({
      what: 'maxStorageBuffersPerShaderStage',
      needed: requiredStorageBuffers,
      available,
    });
  const requiredLimits: Record<string, number> = {};
  for (const limit of raisedLimits) requiredLimits[limit] = adapter.limits[limit];
  const requiredFeatures = optionalFeatures.filter((feature) => adapter.features.has(feature));
  const device = await adapter.requestDevice({ requiredLimits, requiredFeatures });
  const { vendor, architecture, device: name, description, isFallbackAdapter } = adapter.info;
  return new Engine(
    device,
    {
      vendor,
      architecture,
      device: name,
      description,
      features: [...requiredFeatures],
      isSoftware: isFallbackAdapter,
    },
    shaders,
  );
}
