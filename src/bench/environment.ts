import type { AdapterDescription } from '../engine/adapter.ts';
import type { Engine } from '../engine/device.ts';

/** The facts about a machine that its figures depend on. */
export interface Environment {
  readonly adapter: AdapterDescription;
  /** The Vulkan driver in words, where the program chose it. */
  readonly driver: string | null;
  /** The browser, or Node and Dawn. */
  readonly runtime: string;
  readonly processor_threads: number | null;
  readonly date: string;
  readonly limits: Readonly<Record<string, number>>;
}

const limits = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupStorageSize',
] as const;

/** @param where facts that the caller knows: the driver, and in Node the versions */
export function describeEnvironment(
  { device, adapter }: Engine,
  where: { readonly driver?: string; readonly runtime?: string } = {},
): Environment {
  const navigator = globalThis.navigator as Navigator | undefined;
  return {
    adapter,
    driver: where.driver ?? null,
    runtime: where.runtime ?? navigator?.userAgent ?? 'unknown',
    processor_threads: navigator?.hardwareConcurrency ?? null,
    date: new Date().toISOString(),
    limits: Object.fromEntries(limits.map((limit) => [limit, device.limits[limit]])),
  };
}
