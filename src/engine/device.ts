import { DeviceLimitError, NoAdapterError } from '../formats/errors.ts';
import type { AdapterDescription } from './adapter.ts';
import { defaultVariants, type Variants } from './graph/variants.ts';
import { PipelineCache } from './kernels/pipelines.ts';
import type { ShaderSource } from './kernels/shaders.ts';

/** The options with which a device is opened. */
export interface EngineOptions {
  /** Reads the kernels' texts. */
  readonly shaders: ShaderSource;
  /** The GPU to ask for where a machine has two: the fast one, unless this is `low-power`. */
  readonly powerPreference?: GPUPowerPreference;
}

/** Features that are used where the adapter has them. */
const optionalFeatures: readonly GPUFeatureName[] = ['timestamp-query', 'shader-f16', 'subgroups'];
/** Limits that are asked for as high as the adapter allows. */
const raisedLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
] as const;
/** The least limits that the kernels need; every WebGPU adapter meets them. */
const requiredStorageBuffers = 8;

/** A device with its pipelines. All models and sessions on it share them. */
export class Engine {
  /** The WebGPU device. */
  readonly device: GPUDevice;
  /** The adapter that the device is on. */
  readonly adapter: AdapterDescription;
  /** @internal Compiled kernels, by their texts. */
  readonly pipelines: PipelineCache;
  /** @internal The rules by which new plans choose kernels; `takeVariants` has existing plans rebuilt, too. */
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

  /** @internal Changes the rules. Whoever holds a plan rebuilds it before its next submission. */
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
