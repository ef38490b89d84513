import { beforeAll, describe, expect, it } from 'vitest';
import { PipelineCache } from '../../src/engine/kernels/pipelines.ts';
import { type OperationName, operationTable } from '../../src/engine/operations/operations.ts';
import { nodeShaders } from '../../src/node/gpu/node_shaders.ts';
import { openTestDevice } from '../support/test_device.ts';
import { cases } from '../twins/cases.ts';
import { compareWithTwin, type Figure } from '../twins/figures.ts';
import { compareWithOwnForward } from '../twins/own_forward.ts';

let device: GPUDevice;
let pipelines: PipelineCache;

beforeAll(async () => {
  device = await openTestDevice();
  pipelines = new PipelineCache(device, nodeShaders);
});

const tooLarge = (figures: readonly Figure[]) =>
  figures.filter(({ difference, tolerance }) => !(difference <= tolerance));

const differentiable = (Object.keys(operationTable) as OperationName[]).filter((name) => {
  const { forward, backward } = operationTable[name];
  // Those without a case come with the layers around them (fused_layers.test.ts, stacks.test.ts).
  const isTried = cases[name].length > 0;
  return isTried && Object.keys(forward).length > 0 && Object.keys(backward).length > 0;
});

describe('a shader’s backward pass is the gradient of its own forward pass', () => {
  it.each(differentiable)('%s', async (name) => {
    const resources = { device, pipelines };
    const figures = await compareWithOwnForward(
      name,
      cases[name][cases[name].length - 1],
      resources,
    );
    expect(figures.length).toBeGreaterThan(0);
    expect(tooLarge(figures)).toEqual([]);
  });
});

/** Edits of a shader, and the tensors in which they must show: against its own forward, and against its twin. */
const edits: readonly {
  readonly what: string;
  readonly name: OperationName;
  /** Where the text stands, if not in the operation's own shader. */
  readonly file?: string;
  readonly from: string;
  readonly to: string;
  readonly own: readonly string[];
  readonly twin: readonly string[];
}[] = [
  {
    what: 'a gradient that is off by a row',
    name: 'fir',
    from: 'work.row + 1u - a',
    to: 'work.row + 2u - a',
    own: ['d_t'],
    twin: ['d_t'],
  },
  {
    what: 'another formula with its right gradient',
    name: 'fir',
    file: 'lib/filter',
    from: '(0.25, 0.75, 0.75, 0.25)',
    to: '(0.2, 0.8, 0.8, 0.2)',
    own: [],
    twin: ['u', 'd_t'],
  },
  {
    what: 'a gradient that forgets what was there',
    name: 'truncate',
    from: 'select(0.0, d_w[at], params.accumulate != 0u)',
    to: '0.0',
    own: [],
    twin: ['d_w'],
  },
  {
    what: 'a gradient that adds to what is stale',
    name: 'truncate',
    from: 'select(0.0, d_w[at], params.accumulate != 0u)',
    to: 'd_w[at]',
    own: ['d_w'],
    twin: ['d_w'],
  },
  {
    what: 'a sum that reads beyond its row',
    name: 'demodulate',
    from: 'i >= params.inputs)',
    to: 'i >= params.inputs + 4u)',
    own: ['d_styles', 'd_energy'],
    twin: ['demodulation', 'd_styles', 'd_energy'],
  },
];

describe('the check notices', () => {
  it.each(edits)('$what', async ({ name, file, from, to, own, twin }) => {
    const edited = file ?? operationTable[name].shader;
    const source = async (file: string): Promise<string> => {
      const text = await nodeShaders(file);
      if (file !== edited) return text;
      expect(text).toContain(from);
      return text.replaceAll(from, to);
    };
    const resources = { device, pipelines: new PipelineCache(device, source) };
    const one = cases[name][1];
    const tensors = (figures: readonly Figure[]) => new Set(tooLarge(figures).map((f) => f.tensor));
    expect(tensors(await compareWithTwin(name, one, resources))).toEqual(new Set(twin));
    expect(tensors(await compareWithOwnForward(name, one, resources))).toEqual(new Set(own));
  });
});
