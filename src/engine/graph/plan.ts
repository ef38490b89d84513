import type { ParamsBuffer } from '../kernels/params.ts';
import { PlanBuilder, type PlanParts } from './plan_builder.ts';
import type { PlanRequest, PlanResources } from './plan_request.ts';
import type { Step } from './step.ts';

/** Calls turned into dispatches, forward and reversed, with a buffer for every tensor. */
export class Plan {
  private constructor(private readonly parts: PlanParts) {}

  /**
   * @throws RangeError where calls contradict each other, name a tensor that nothing makes, or leave a parameter out;
   * ShaderError where a kernel does not compile; DeviceLimitError where a tensor is too large.
   */
  static async build(request: PlanRequest, resources: PlanResources): Promise<Plan> {
    return new Plan(await new PlanBuilder(request, resources).build());
  }

  /** The dispatches, in order. */
  get steps(): readonly Step[] {
    return this.parts.steps;
  }

  /** The values of `struct Params` of all steps. */
  get params(): ParamsBuffer {
    return this.parts.params;
  }

  /** Sets fields of `struct Params` for all steps of the calls with this label, from the next run on. */
  setParams(label: string, values: Readonly<Record<string, number>>): void {
    this.params.set(label, values);
  }

  /** The labels of the calls that have a parameter. */
  labelsWith(param: string): string[] {
    const calls = this.steps.map(({ call }) => call).filter(({ params = {} }) => param in params);
    return [...new Set(calls.map(({ label }) => label))];
  }

  /** Records one run, in a pass that writes timestamps where it is given some. */
  record(encoder: GPUCommandEncoder, timestampWrites?: GPUComputePassTimestampWrites): void {
    this.#prepare(encoder);
    const pass = encoder.beginComputePass(timestampWrites && { timestampWrites });
    for (const step of this.steps) dispatch(pass, step);
    pass.end();
  }

  /** Submits one run by itself. @param device the one on which the plan was built */
  submit(device: GPUDevice): void {
    const encoder = device.createCommandEncoder();
    this.record(encoder);
    device.queue.submit([encoder.finish()]);
  }

  /** Records one run, each step in a pass of its own that writes timestamps. */
  recordTimed(
    encoder: GPUCommandEncoder,
    timestamps: (step: number) => GPUComputePassTimestampWrites,
  ): void {
    this.#prepare(encoder);
    for (const [i, step] of this.steps.entries()) {
      const pass = encoder.beginComputePass({ label: step.label, timestampWrites: timestamps(i) });
      dispatch(pass, step);
      pass.end();
    }
  }

  #prepare(encoder: GPUCommandEncoder): void {
    this.params.flush();
    for (const { buffer, offset, bytes } of this.parts.cleared)
      encoder.clearBuffer(buffer, offset, bytes);
  }

  get flops(): number {
    return this.steps.reduce((sum, step) => sum + step.flops, 0);
  }

  get bytes(): number {
    return this.steps.reduce((sum, step) => sum + step.bytes, 0);
  }

  destroy(): void {
    this.params.destroy();
    this.parts.owned.destroy();
  }
}

export function dispatch(pass: GPUComputePassEncoder, step: Step): void {
  pass.setPipeline(step.kernel.pipeline);
  pass.setBindGroup(0, step.bindGroup);
  pass.dispatchWorkgroups(step.workgroups[0], step.workgroups[1]);
}
