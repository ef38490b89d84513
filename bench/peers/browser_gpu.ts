/** Sets up WebGPU where a browser has it, for libraries that look for it as they are imported: to be preloaded. */
import { openNodeGpu } from '../../src/node/gpu/node_gpu.ts';

const { gpu } = await openNodeGpu();
const navigator = { gpu, userAgent: 'Node', hardwareConcurrency: 2 };
Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
