import { afterAll, afterEach } from 'vitest';
import { openNodeGpu } from '../src/cli/node_gpu.ts';
import { nodeShaders } from '../src/cli/node_shaders.ts';
import { type Engine, type EngineOptions, openEngine } from '../src/engine/device.ts';

const opening = new Map<string, Promise<Engine>>();
const faults: string[] = [];

/**
 * The engine of this test file, on the adapter that this machine has, with all of its features or `features` alone:
 * opened at the first call and destroyed after the file's last test. A validation error or lost device that no test expects fails the test in which it shows.
 */
export function openTestEngine(features?: EngineOptions['features']): Promise<Engine> {
  const key = String(features);
  const engine = opening.get(key) ?? open(features);
  opening.set(key, engine);
  return engine;
}

/** The device of this test file's engine. */
export async function openTestDevice(): Promise<GPUDevice> {
  return (await openTestEngine()).device;
}

async function open(features: EngineOptions['features']): Promise<Engine> {
  const { gpu } = await openNodeGpu();
  const engine = await openEngine(gpu, { shaders: nodeShaders, features });
  engine.device.addEventListener('uncapturederror', ({ error }) => faults.push(error.message));
  void engine.lost.then(({ reason, message }) => {
    if (reason !== 'destroyed') faults.push(`device lost: ${message}`);
  });
  return engine;
}

afterEach(async () => {
  for (const engine of opening.values()) {
    const { device } = await engine;
    // Errors come late; a scope that has been popped has all those before it.
    device.pushErrorScope('validation');
    await device.popErrorScope();
  }
  const messages = faults.splice(0).join('\n');
  if (messages) throw new Error(messages);
});

afterAll(async () => {
  for (const engine of opening.values()) (await engine).destroy();
});
