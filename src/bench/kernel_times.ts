import { dispatch, type Plan } from '../engine/graph/plan.ts';
import type { Step } from '../engine/graph/step.ts';
import { mostTimestamps, readTimestamps } from '../engine/memory/timestamps.ts';

/** Nanoseconds: a kernel is repeated until it takes so long, so that a browser's steps of 65.5 µs matter little. */
const longEnough = 5e6;
const mostRepeats = 64;

/** Milliseconds of each step of one run of a plan; undefined where the device has no timestamps. */
export async function timeSteps(device: GPUDevice, plan: Plan): Promise<number[] | undefined> {
  if (!device.features.has('timestamp-query') || 2 * plan.steps.length > mostTimestamps)
    return undefined;
  const nanoseconds = await readTimestamps(device, plan.steps.length, (encoder, writes) =>
    plan.recordTimed(encoder, writes),
  );
  return nanoseconds.map((ns) => ns / 1e6);
}

/** Milliseconds of one step by itself, repeated until that can be measured; undefined without timestamps. */
export async function timeStep(device: GPUDevice, step: Step): Promise<number | undefined> {
  if (!device.features.has('timestamp-query')) return undefined;
  return timeRepeated(async (repeats) => {
    const [nanoseconds] = await readTimestamps(device, 1, (encoder, writes) => {
      const pass = encoder.beginComputePass({ timestampWrites: writes(0) });
      for (let i = 0; i < repeats; i++) dispatch(pass, step);
      pass.end();
    });
    return nanoseconds;
  });
}

/**
 * The same by the host's clock, less the time of an empty submission, since this clock counts the submission as well.
 * For devices without timestamps.
 */
export async function timeStepFromHost(device: GPUDevice, step: Step): Promise<number> {
  const run = async (repeats: number) => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let i = 0; i < repeats; i++) dispatch(pass, step);
    pass.end();
    await device.queue.onSubmittedWorkDone();
    const began = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return 1e6 * (performance.now() - began);
  };
  const empty = await run(0);
  return timeRepeated(async (repeats) => Math.max(0, (await run(repeats)) - empty));
}

/** @param run some repeats, in nanoseconds @returns milliseconds of one */
async function timeRepeated(run: (repeats: number) => Promise<number>): Promise<number> {
  const once = await run(1);
  const repeats = Math.min(mostRepeats, Math.ceil(longEnough / Math.max(once, 1)));
  return (repeats > 1 ? (await run(repeats)) / repeats : once) / 1e6;
}
