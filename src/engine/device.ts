import { DeviceLimitError, NoAdapterError } from '../formats/errors.ts';
import type { AdapterDescription } from './adapter.ts';
import { defaultVariants, type Variants } from './graph/variants.ts';
import { PipelineCache } from './kernels/pipelines.ts';
import type { ShaderSource } from './kernels/shaders.ts';

export interface EngineOptions {
  readonly shaders: ShaderSource;
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
  readonly device: GPUDevice;
  readonly adapter: AdapterDescription;
  readonly pipelines: PipelineCache;
  /** Which kernels the plans take that are built from now on; `takeVariants` has the others built anew. */
  variants: Variants;
  /** Resolves once the device is lost, `destroy` included. */
  readonly lost: Promise<GPUDeviceLostInfo>;

  constructor(device: GPUDevice, adapter: AdapterDescription, shaders: ShaderSource) {
    this.device = device;
    this.adapter = adapter;
    this.pipelines = new PipelineCache(device, shaders);
    this.variants = defaultVariants(adapter);
    this.lost = device.lost;
  }

  /** Takes other kernels. Whoever holds a plan builds it anew before its next submission. */
  takeVariants(variants: Variants): void {
    this.variants = variants;
    this.pipelines.outdate();
  }

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
