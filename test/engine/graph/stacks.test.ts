import { describe, expect, it } from 'vitest';
import { Plan } from '../../../src/engine/graph/plan.ts';
import type { Call } from '../../../src/engine/graph/reversal.ts';
import type { Variants } from '../../../src/engine/graph/variants.ts';
import { Arena } from '../../../src/engine/memory/arena.ts';
import { TensorStore } from '../../../src/engine/memory/tensors.ts';
import { openTestEngine } from '../../support/test_device.ts';
import { relativeDifference, twinGradient } from '../../twins/finite_differences.ts';
import { fully_connected } from '../../twins/fully_connected.ts';
import { offset_row } from '../../twins/offset_row.ts';
import { Random } from '../../twins/random.ts';
import { Tensor, type Tensors, type Twin, tensor } from '../../twins/twin.ts';

// A mapping network, and rows of a latent that follow what it makes, each at its own strength.

/** Numbers that a layer reads, and those that the last one makes: more and less than a round of the kernel takes. */
const widths = [12, 40, 300, 64];
const layers = widths.length - 1;
const made = widths[layers];
const rows = 3;

const paramsOf = (layer: number) => ({
  weight_gain: 1 / Math.sqrt(widths[layer]),
  ...{ bias_gain: 0.5, slope: 0.2, gain: Math.SQRT2 },
});

const random = new Random(8);
const drawn = (...shape: number[]): Tensor => {
  const { values } = tensor(shape, () => random.normal());
  return new Tensor(shape, values.map(Math.fround));
};

const inputs: Tensors = Object.fromEntries([
  ['z', drawn(1, widths[0])],
  ['strengths', drawn(rows)],
  ...Array.from({ length: layers }, (_, l) => [`weight${l}`, drawn(widths[l + 1], widths[l])]),
  ...Array.from({ length: layers }, (_, l) => [`bias${l}`, drawn(widths[l + 1])]),
  ...Array.from({ length: rows }, (_, row) => [`base${row}`, drawn(made)]),
]);
const cotangents: Tensors = Object.fromEntries(
  Array.from({ length: rows }, (_, row) => [`ws${row}`, drawn(made)]),
);

const twin: Twin = (t) => {
  let x = t.z;
  for (let l = 0; l < layers; l++)
    x = fully_connected(
      { x, weight: t[`weight${l}`], bias: t[`bias${l}`] },
      { samples: 1, inputs: widths[l], outputs: widths[l + 1], ...paramsOf(l) },
    ).y;
  const w = new Tensor([made], x.values);
  const row = (at: number) =>
    offset_row(
      { w, base: t[`base${at}`], strengths: t.strengths },
      { length: made, rows, row: at },
    );
  return Object.fromEntries(Array.from({ length: rows }, (_, at) => [`ws${at}`, row(at).ws]));
};

const calls: Call[] = [
  ...Array.from(
    { length: layers },
    (_, l): Call => ({
      operation: 'fully_connected',
      label: `layer ${l}`,
      sizes: { samples: 1, inputs: widths[l], outputs: widths[l + 1] },
      tensors: {
        x: l === 0 ? 'z' : `x${l}`,
        weight: `weight${l}`,
        bias: `bias${l}`,
        y: l === layers - 1 ? 'w' : `x${l + 1}`,
      },
      params: paramsOf(l),
    }),
  ),
  ...Array.from(
    { length: rows },
    (_, row): Call => ({
      operation: 'offset_row',
      label: `row ${row}`,
      sizes: { length: made, rows },
      tensors: { w: 'w', base: `base${row}`, strengths: 'strengths', ws: `ws${row}` },
      params: { row },
    }),
  ),
];

const variants: Variants = {
  ...{ cellsFirst: false, invocations: 0, cellsAhead: 0, epilogue: 'apart' },
};

async function run(chosen: Variants | undefined, standing: boolean) {
  const { device, pipelines } = await openTestEngine();
  const store = new TensorStore(device);
  const together = (name: string, layout: 'plain' | 'vector', names: string[]) =>
    store.createTogether(
      name,
      names.map((one) => ({ name: one, layout, shape: inputs[one].shape })),
    );
  const perLayer = (name: string) => Array.from({ length: layers }, (_, l) => `${name}${l}`);
  const perRow = (name: string) => Array.from({ length: rows }, (_, row) => `${name}${row}`);
  together('weights', 'plain', perLayer('weight'));
  together('biases', 'vector', perLayer('bias'));
  together('bases', 'plain', perRow('base'));
  store.create('strengths', 'plain', [rows]);
  for (const name of ['ws', 'd_ws'])
    store.createTogether(
      name,
      perRow(name).map((one) => ({ name: one, layout: 'plain', shape: [made] })),
    );
  // What a layer reads lies beside what the others do, as a drag keeps it.
  const read = ['z', ...perLayer('x').slice(1), 'w'];
  for (const prefix of ['', 'd_']) {
    const values = read.map((name, l) => ({
      name: prefix + name,
      layout: 'vector' as const,
      shape: [1, widths[l]],
    }));
    if (chosen) store.createTogether(`${prefix}values`, values);
    // A kernel for each layer may not read and write one buffer.
    else for (const { name, layout, shape } of values) store.create(name, layout, shape);
  }
  for (const [name, { values }] of Object.entries(inputs)) store.write(name, values);
  for (const [name, { values }] of Object.entries(cotangents)) store.write(`d_${name}`, values);
  const arena = new Arena(device);
  const roots = perRow('ws');
  const resources = { device, pipelines, store, arena, variants: chosen };
  const forward = await Plan.build({ calls }, resources);
  const whole = { calls, roots, wanted: ['z'] };
  const plan = await Plan.build(
    standing ? { ...whole, calls: [], standing: calls } : whole,
    resources,
  );
  if (standing) forward.submit(device);
  const results: Float32Array[][] = [];
  for (const _ of [1, 2]) {
    plan.submit(device);
    const all = [...perRow('ws'), 'd_z'];
    results.push(await Promise.all(all.map((name) => store.read(name))));
  }
  const operations = plan.steps.map(({ call, entry }) => `${call.operation} ${entry}`);
  for (const one of [forward, plan, arena, store]) one.destroy();
  return { results, operations };
}

const outputs = twin(inputs, {});
const expected = [
  ...Object.keys(cotangents).map((name) => outputs[name].values),
  twinGradient(twin, inputs, {}, cotangents, 'z').values,
];

describe.each([
  { name: 'a kernel each', chosen: undefined, standing: false },
  { name: 'one kernel for all layers, and one for all rows', chosen: variants, standing: false },
  { name: 'results that an earlier run left', chosen: variants, standing: true },
])('layers one after the other, by $name', ({ chosen, standing }) => {
  it('are those of the twin, with its gradient, to the same bits twice', async () => {
    const {
      results: [first, second],
    } = await run(chosen, standing);
    for (const [at, values] of expected.entries())
      expect(relativeDifference(first[at], values)).toBeLessThan(2e-5);
    expect(second).toEqual(first);
  });
});

it('layers one after the other take two kernels in each direction', async () => {
  const backward = ['offset_row_batch backward', 'fully_connected_stack backward'];
  const { operations } = await run(variants, false);
  expect(operations).toEqual([
    'fully_connected_stack forward',
    'offset_row_batch forward',
    ...backward,
  ]);
  expect((await run(variants, true)).operations).toEqual(backward);
});
