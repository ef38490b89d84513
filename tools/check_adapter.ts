// Says on which driver WebGPU runs in Node here, or in one line what to install. Exit code 1 without an adapter.
import { openNodeGpu } from '../src/node/gpu/node_gpu.ts';

try {
  const { driver } = await openNodeGpu();
  console.log(`WebGPU in Node: ${driver}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
