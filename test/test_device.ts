import { afterAll, afterEach } from 'vitest';
import { openNodeGpu } from '../src/cli/node_gpu.ts';

const wantedFeatures = ['timestamp-query', 'shader-f16', 'subgroups'] as const;

let opening: Promise<GPUDevice> | undefined;
const faults: string[] = [];

/**
 * The device of this test file: opened at the first call, with all that the adapter has, and destroyed after the
 * file's last test. A validation error or lost device that no test expects fails the test in which it shows.
 */
export function openTestDevice(): Promise<GPUDevice> {
  opening ??= open();
  return opening;
}

async function open(): Promise<GPUDevice> {
  const { gpu } = await openNodeGpu();
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('the adapter is gone');
  const requiredFeatures = wantedFeatures.filter((feature) => adapter.features.has(feature));
  const device = await adapter.requestDevice({
    requiredFeatures,
    requiredLimits: allLimits(adapter.limits),
  });
  device.addEventListener('uncapturederror', ({ error }) => faults.push(error.message));
  void device.lost.then(({ reason, message }) => {
    if (reason !== 'destroyed') faults.push(`device lost: ${message}`);
  });
  return device;
}

function allLimits(limits: GPUSupportedLimits): Record<string, number> {
  const all: Record<string, number> = {};
  for (const name in limits) {
    const limit: unknown = Reflect.get(limits, name);
    if (typeof limit === 'number') all[name] = limit;
  }
  return all;
}

afterEach(async () => {
  if (!opening) return;
  const device = await opening;
  // Errors come late; a scope that has been popped has all those before it.
  device.pushErrorScope('validation');
  await device.popErrorScope();
  const messages = faults.splice(0).join('\n');
  if (messages) throw new Error(messages);
});

afterAll(async () => {
  if (opening) (await opening).destroy();
});
