/// <reference types="@webgpu/types" preserve="true" />
import { constants } from 'node:os';
import { MissingPackageError } from '../../formats/errors.ts';
import {
  type DriverCandidate,
  findDrivers,
  mesaEnvironment,
  missingAdapter,
} from './find_adapter.ts';
import { pollGently } from './gentle_polling.ts';
import { withoutDawnsWarnings } from './quiet_dawn.ts';

/** WebGPU in Node, and the driver that it runs on. */
export interface NodeGpu {
  gpu: GPU;
  /** The driver in words: what it is and where it comes from. */
  driver: string;
}

/** Without quantisation, timestamps are nanoseconds instead of steps of 65.5 µs. */
const dawnOptions = ['disable-dawn-features=timestamp_quantization'];

// Keeps all that create() returned: once an instance is garbage-collected, its devices are gone too (a segmentation
// fault in the middle of a run). Those that were tried and not taken are kept as well.
const instances: GPU[] = [];
let opened: Promise<NodeGpu> | undefined;

/**
 * Sets up WebGPU in Node, once for the process: finds a driver (`findDrivers`), puts Dawn's classes and constants
 * (`GPUBufferUsage`, …) on `globalThis`, and makes its polling gentle. To be called on the main thread, since a
 * worker's environment is a copy that the Vulkan loader does not see.
 *
 * @throws NoAdapterError when there is no adapter, MissingPackageError when the package `webgpu` is not installed; both
 * with one line that says what to install.
 */
export function openNodeGpu(): Promise<NodeGpu> {
  opened ??= open();
  return opened;
}

async function open(): Promise<NodeGpu> {
  const tried: DriverCandidate[] = [];
  const { create, globals } = await importDawn();
  Object.assign(globalThis, globals);
  Object.assign(process.env, mesaEnvironment());
  pollGently();
  for (const candidate of findDrivers()) {
    useDriver(candidate);
    const gpu = create(dawnOptions);
    instances.push(gpu);
    const adapter = await withoutDawnsWarnings(() => gpu.requestAdapter());
    // The loader's own choice counts only if it is a GPU: otherwise its order would decide which software adapter
    // is used.
    const refused = candidate.gpuOnly && adapter?.info.isFallbackAdapter;
    if (adapter && !refused) return { gpu, driver: describe(candidate, adapter) };
    tried.push(candidate);
  }
  throw missingAdapter(tried);
}

/** Dawn's binding is an optional dependency: it is built for few systems, and a browser needs none. */
async function importDawn(): Promise<typeof import('webgpu')> {
  try {
    return await import('webgpu');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MissingPackageError(
      `no WebGPU in Node: install it with \`npm install webgpu\` (${reason})`,
    );
  }
}

/** Sets the environment in this process, which is early enough: Dawn loads the Vulkan loader at `requestAdapter`. */
function useDriver({ env, loader }: DriverCandidate): void {
  Object.assign(process.env, env);
  if (loader !== null) preload(loader);
}

/**
 * Loads a Vulkan loader from outside the system's library folders, so that Dawn's `dlopen('libvulkan.so.1')` finds
 * it by its name: LD_LIBRARY_PATH would have to be set before the process starts.
 */
function preload(library: string): void {
  const stayLoaded = 0x1000; // RTLD_NODELETE of Linux, which Node has no name for.
  const { RTLD_NOW, RTLD_GLOBAL } = constants.dlopen;
  try {
    process.dlopen({ exports: {} }, library, RTLD_NOW | RTLD_GLOBAL | stayLoaded);
  } catch {
    // Node expects a module of its own and says that this is none; the library is loaded all the same.
  }
}

function describe({ source, description }: DriverCandidate, { info }: GPUAdapter): string {
  const name = info.description || [info.vendor, info.architecture].filter(Boolean).join(' ');
  return source === 'gpu' ? name : `${name} (${description})`;
}
