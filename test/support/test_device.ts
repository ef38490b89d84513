import { afterAll, afterEach } from 'vitest';
import { type Engine, openEngine } from '../../src/engine/device.ts';
import { openNodeGpu } from '../../src/node/gpu/node_gpu.ts';
import { nodeShaders } from '../../src/node/gpu/node_shaders.ts';

let opening: Promise<Engine> | undefined;
const faults: string[] = [];

/**
 * The engine of this test file, on the adapter that this machine has: opened at the first call and destroyed after
 * the file's last test. A validation error or lost device that no test expects fails the test in which it shows.
 */
export function openTestEngine(): Promise<Engine> {
  opening ??= open();
  return opening;
}

/** The device of this test file's engine. */
export async function openTestDevice(): Promise<GPUDevice> {
  return (await openTestEngine()).device;
}

async function open(): Promise<Engine> {
  const { gpu } = await openNodeGpu();
  const engine = await openEngine(gpu, { shaders: nodeShaders });
  engine.device.addEventListener('uncapturederror', ({ error }) => faults.push(error.message));
  void engine.lost.then(({ reason, message }) => {
    if (reason !== 'destroyed') faults.push(`device lost: ${message}`);
  });
  return engine;
}

afterEach(async () => {
  if (!opening) return;
  const { device } = await opening;
  // Errors come late; a scope that has been popped has all those before it.
  device.pushErrorScope('validation');
  await device.popErrorScope();
  const messages = faults.splice(0).join('\n');
  if (messages) throw new Error(messages);
});

afterAll(async () => {
  if (opening) (await opening).destroy();
});
