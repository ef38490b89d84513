// npm run check [operation …]: is a shader's gradient the gradient of its forward pass, and is the operation what its
// twin says? For whoever edits a shader. Without names it goes through the whole table.
//
// A line per tensor and comparison: the largest difference over the largest value, in the worst of the cases
// (test/twins/cases.ts), and what is allowed. A new formula differs from its twin until that is rewritten too; with
// its own forward pass a gradient must agree. The exit code is 1 where a figure is too large.

import { openEngine } from '../src/engine/device.ts';
import { ShaderError } from '../src/engine/kernels/shaders.ts';
import { type OperationName, operationTable } from '../src/engine/operations/operations.ts';
import { openNodeGpu } from '../src/node/gpu/node_gpu.ts';
import { nodeShaders } from '../src/node/gpu/node_shaders.ts';
import { cases } from '../test/twins/cases.ts';
import { compareWithTwin, type Figure } from '../test/twins/figures.ts';
import { compareWithOwnForward } from '../test/twins/own_forward.ts';
import type { TrialResources } from '../test/twins/plan_trial.ts';

const isOperation = (name: string): name is OperationName => Object.hasOwn(operationTable, name);

async function figuresOf(name: OperationName, resources: TrialResources): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const one of cases[name]) {
    figures.push(...(await compareWithTwin(name, one, resources)));
    figures.push(...(await compareWithOwnForward(name, one, resources)));
  }
  return figures;
}

const isWithin = ({ difference, tolerance }: Figure): boolean => difference <= tolerance;

/** The figure of each comparison that is largest against its tolerance; NaN counts as larger than any. */
function worst(figures: readonly Figure[]): Figure[] {
  const off = ({ difference, tolerance }: Figure): number =>
    Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference / tolerance;
  const found = new Map<string, Figure>();
  for (const figure of figures) {
    const key = `${figure.tensor} ${figure.against}`;
    const before = found.get(key);
    if (!before || off(figure) > off(before)) found.set(key, figure);
  }
  return [...found.values()];
}

/** The entry points of an operation that write a tensor. */
function writersOf(name: OperationName, tensor: string): string {
  const { forward, backward } = operationTable[name];
  const entries = Object.entries({ ...forward, ...backward });
  const writers = entries.filter(([, { writes }]) => writes.includes(tensor));
  return (writers.length > 0 ? writers : entries).map(([entry]) => entry).join(', ');
}

function show(name: OperationName, figure: Figure): string {
  const { tensor, against, difference, tolerance, kinks } = figure;
  const of = Number.isNaN(difference) ? 'nothing to tell by' : difference.toExponential(1);
  const columns = [
    isWithin(figure) ? '  ' : '✗ ',
    writersOf(name, tensor).padEnd(24),
    tensor.padEnd(18),
    of.padStart(8),
    `of ${tolerance.toExponential(0)}`.padEnd(10),
    `against ${against}`,
  ];
  return columns.join(' ') + (kinks ? ` (${kinks} elements at kinks left out)` : '');
}

async function check(name: OperationName, resources: TrialResources): Promise<boolean> {
  console.log(name);
  try {
    const figures = worst(await figuresOf(name, resources));
    for (const figure of figures) console.log(show(name, figure));
    return figures.every(isWithin);
  } catch (error) {
    // The kernel does not compile, or needs an input that no call gives. The other kernels can still be checked.
    if (!(error instanceof ShaderError || error instanceof RangeError)) throw error;
    console.log(`✗  ${error.message}`);
    return false;
  }
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !isOperation(name));
if (unknown.length > 0) {
  console.error(
    `no operation ${unknown.join(', ')}; there are ${Object.keys(operationTable).join(', ')}`,
  );
  process.exit(2);
}
const names = (asked.length > 0 ? asked : Object.keys(operationTable)).filter(isOperation);
const { gpu, driver } = await openNodeGpu();
const engine = await openEngine(gpu, { shaders: nodeShaders });
console.log(`on ${driver}\n`);
let passed = true;
for (const name of names) passed = (await check(name, engine)) && passed;
engine.destroy();
process.exit(passed ? 0 : 1);
