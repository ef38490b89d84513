import { dispatch, type Plan } from '../engine/graph/plan.ts';

/**
 * Runs each kernel of a plan with a single workgroup: a driver compiles a kernel at its first use, and next to nothing
 * is computed. What the kernels write is not a result.
 */
export async function warmUp(device: GPUDevice, plan: Plan): Promise<void> {
  plan.params.flush();
  const encoder = device.createCommandEncoder({ label: 'warm-up' });
  const pass = encoder.beginComputePass();
  const seen = new Set<GPUComputePipeline>();
  for (const step of plan.steps) {
    const { pipeline } = step.kernel;
    if (seen.has(pipeline)) continue;
    seen.add(pipeline);
    dispatch(pass, { ...step, workgroups: [1, 1] });
  }
  pass.end();
  device.queue.submit([encoder.finish()]);
  await device.queue.onSubmittedWorkDone();
}
