/**
 * Draws the cases of bench:quality, so many a class for each set, from seeds that no other set has:
 *
 *   npx tsx bench/quality/make_cases.ts [--count 16] [--folder bench/quality/cases]
 *
 * What is searched is searched on `development`; `test` is for the figures that are told.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseSafetensors } from '../../src/formats/safetensors.ts';
import { openNodeGpu } from '../../src/node/gpu/node_gpu.ts';
import { positive } from '../command.ts';
import { caseSets, demoFile } from './case_sets.ts';
import { type Case, writeCase } from './cases.ts';
import { drawCase } from './drawn_cases.ts';
import { basisOf, openScene } from './scene.ts';
import { type ClassName, classNames, stage } from './staging.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '16' },
    folder: { type: 'string', default: fileURLToPath(new URL('cases', import.meta.url)) },
  },
});
const count = positive('count', values.count);
const { gpu } = await openNodeGpu();
const bytes = new Uint8Array(readFileSync(demoFile));
const scene = await openScene(gpu, basisOf(parseSafetensors(bytes, 'demo.safetensors')));

/** Seeds are tried one after the other until there are enough cases of a class. */
async function draw(kind: Exclude<ClassName, 'anywhere'>, firstSeed: number): Promise<Case[]> {
  const cases: Case[] = [];
  for (let seed = firstSeed; cases.length < count; seed++) {
    const drawn = await drawCase(scene, kind, seed);
    const staged = drawn && (await stage(scene, drawn));
    // Not one that another class would count as its own.
    if (drawn && staged && 'kind' in staged && staged.kind === kind) cases.push(drawn);
  }
  return cases;
}

mkdirSync(values.folder, { recursive: true });
for (const [k, set] of caseSets.entries()) {
  const cases: Case[] = [];
  for (const [i, kind] of classNames.entries())
    if (kind !== 'anywhere') cases.push(...(await draw(kind, 100_000 * (k + 1) + 1000 * i)));
  const file = `${values.folder}/${set}.jsonl`;
  writeFileSync(file, `${cases.map(writeCase).join('\n')}\n`);
  console.log(`${file}: ${cases.length} cases`);
}
scene.destroy();
