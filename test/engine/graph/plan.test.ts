import { beforeAll, describe, expect, it } from 'vitest';
import type { PlanRequest } from '../../../src/engine/graph/plan_request.ts';
import type { Call } from '../../../src/engine/graph/reversal.ts';
import { PipelineCache } from '../../../src/engine/kernels/pipelines.ts';
import { nodeShaders } from '../../../src/node/gpu/node_shaders.ts';
import { openTestDevice } from '../../support/test_device.ts';
import { noClamp } from '../../twins/cases.ts';
import { PlanTrial, type TrialResources } from '../../twins/plan_trial.ts';

let resources: TrialResources;

beforeAll(async () => {
  const device = await openTestDevice();
  resources = { device, pipelines: new PipelineCache(device, nodeShaders) };
});

const sizes = { samples: 1, channels: 2, height: 3, width: 3 };
const length = 2 * 3 * 3;

/** A call that multiplies a map by a number. */
const times = (gain: number, from: string, to: string): Call => ({
  operation: 'bias_act',
  label: `${from} to ${to}`,
  sizes,
  params: { slope: 1, gain, clamp: noClamp, noise_gain: 0 },
  tensors: { u: from, y: to, demodulation: 'ones', noise: 'noise', bias: 'bias' },
});

async function build(request: PlanRequest): Promise<PlanTrial> {
  const trial = await PlanTrial.build(request, resources);
  trial.write('ones', [1, 1]);
  trial.write('noise', new Float32Array(9));
  trial.write('bias', [0, 0]);
  return trial;
}

/** One run as a session records it, which clears the wanted gradients. */
function record({ plan }: PlanTrial): void {
  const encoder = resources.device.createCommandEncoder();
  plan.record(encoder);
  resources.device.queue.submit([encoder.finish()]);
}

const counting = Float32Array.from({ length }, (_, i) => i + 1);
const multiples = (factor: number) => counting.map((value) => factor * value);

describe('a plan', () => {
  it('adds up what several calls contribute to a gradient', async () => {
    // z → x → y, v: the gradient of x is stored by one call and added to by the other; that of z is wanted.
    const calls = [times(2, 'z', 'x'), times(3, 'x', 'y'), times(5, 'x', 'v')];
    const trial = await build({ calls, roots: ['y', 'v'], wanted: ['z'] });
    trial.write('z', counting);
    trial.write('d_y', counting);
    trial.write('d_v', multiples(10));
    // Twice: what a run leaves behind does not count in the next.
    for (const _ of [1, 2]) {
      record(trial);
      expect(await trial.read('y')).toEqual(multiples(6));
      expect(await trial.read('v')).toEqual(multiples(10));
      expect(await trial.read('d_x')).toEqual(multiples(3 + 50));
      expect(await trial.read('d_z')).toEqual(multiples(2 * 53));
    }
    trial.destroy();
  });

  it('adds to a wanted gradient in the middle of the network', async () => {
    const calls = [times(2, 'z', 'x'), times(3, 'x', 'y'), times(5, 'x', 'v')];
    const trial = await build({ calls, roots: ['y', 'v'], wanted: ['x', 'z'] });
    trial.write('z', counting);
    trial.write('d_y', counting);
    trial.write('d_v', counting);
    record(trial);
    expect(await trial.read('d_x')).toEqual(multiples(8));
    expect(await trial.read('d_z')).toEqual(multiples(16));
    trial.destroy();
  });

  it('reverses only what lies between roots and wanted tensors', async () => {
    const calls = [times(2, 'z', 'x'), times(3, 'x', 'y'), times(5, 'x', 'v'), times(7, 'q', 'r')];
    const trial = await build({ calls, roots: ['y'], wanted: ['x'] });
    const steps = trial.plan.steps.map(({ label }) => label);
    expect(steps).toEqual([
      'z to x forward',
      'x to y forward',
      'x to v forward',
      'q to r forward',
      'x to y backward',
    ]);
    trial.destroy();
  });

  it('takes another parameter from the next run on', async () => {
    const trial = await build({ calls: [times(2, 'x', 'y')] });
    trial.write('x', counting);
    record(trial);
    trial.plan.setParams('x to y', { gain: 4 });
    expect(await trial.read('y')).toEqual(multiples(2));
    record(trial);
    expect(await trial.read('y')).toEqual(multiples(4));
    expect(() => trial.plan.setParams('x to y', { gains: 1 })).toThrow('gains');
    expect(() => trial.plan.setParams('y to x', { gain: 1 })).toThrow('y to x');
    trial.destroy();
  });
});

describe('a plan refuses', () => {
  const refusals: { what: string; request: PlanRequest; message: RegExp }[] = [
    {
      what: 'a wanted tensor that no root depends on',
      request: { calls: [times(2, 'x', 'y'), times(3, 'q', 'r')], roots: ['y'], wanted: ['q'] },
      message: /no gradient flows to any of q/,
    },
    {
      what: 'a parameter that is missing',
      request: { calls: [{ ...times(2, 'x', 'y'), params: { slope: 1 } }] },
      message: /x to y: Params\.gain of shaders\/bias_act\.wgsl has no value/,
    },
    {
      what: 'one tensor of two sizes',
      request: {
        calls: [times(2, 'x', 'y'), { ...times(2, 'y', 'r'), sizes: { ...sizes, height: 5 } }],
      },
      message: /y to r: .* bytes, tensor .* has/,
    },
    {
      what: 'sizes that fit no tensor',
      request: {
        calls: [
          {
            operation: 'upsample',
            label: 'odd',
            sizes,
            tensors: { previous: 'p', rgb: 'x', image: 'y' },
          },
        ],
      },
      message: /axis height\/2 is 1\.5 for height = 3/,
    },
  ];
  it.each(refusals)('$what', async ({ request, message }) => {
    await expect(PlanTrial.build(request, resources)).rejects.toThrow(message);
  });
});
