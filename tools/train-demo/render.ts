/**
 * Factors to pictures, part ids and canonical coordinates:
 *
 *   npx tsx tools/train-demo/render.ts FOLDER/NAME [--count N] [--canonical] [--samples 2]
 *
 * reads NAME.factors (float32, 25 a picture); writes NAME.rgb and NAME.id, and with --canonical
 * NAME.canonical (x, y, z, part id as float32). Runs in Node.
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { openNodeGpu } from '../../src/node/gpu/node_gpu.ts';
import { factorCount, factorsFrom } from './factors.ts';
import { createRenderer } from './renderer.ts';

const resolution = 128;
const batch = 64;

function readFloats(path: string): Float32Array {
  // A copy: a small file's buffer is a window on Node's shared pool.
  return new Float32Array(new Uint8Array(readFileSync(path)).buffer);
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string' },
    canonical: { type: 'boolean', default: false },
    samples: { type: 'string', default: '2' },
  },
});
const [name] = positionals;
const table = readFloats(`${name}.factors`);
const count = Math.min(
  Number(values.count ?? Number.POSITIVE_INFINITY),
  table.length / factorCount,
);
const { gpu } = await openNodeGpu();
const adapter = await gpu.requestAdapter();
if (!adapter) throw new Error('the WebGPU adapter is gone');
const device = await adapter.requestDevice();
const render = await createRenderer(device, {
  resolution,
  samples: Number(values.samples),
  batch,
  canonical: values.canonical,
});
// Dawn in Node polls on the main thread. With this thread nice, the driver's threads get the cores:
// more than twice the rate on two of them.
os.setPriority(os.constants.priority.PRIORITY_LOW);

const rgb = openSync(`${name}.rgb`, 'w');
const ids = openSync(`${name}.id`, 'w');
const positions = values.canonical ? openSync(`${name}.canonical`, 'w') : undefined;
const begin = performance.now();
for (let first = 0; first < count; first += batch) {
  const size = Math.min(batch, count - first);
  const pictures = Array.from({ length: size }, (_, i) =>
    factorsFrom(table, (first + i) * factorCount),
  );
  const rendered = await render(pictures);
  writeSync(rgb, rendered.rgb);
  writeSync(ids, rendered.ids);
  if (positions !== undefined && rendered.canonical) writeSync(positions, rendered.canonical);
}
const seconds = (performance.now() - begin) / 1000;
console.log(`${count} pictures, ${(seconds / count).toFixed(3)} s each`);
for (const file of [rgb, ids, positions]) if (file !== undefined) closeSync(file);
device.destroy();
