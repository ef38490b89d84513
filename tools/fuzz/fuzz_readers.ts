/**
 * Holds every reader of files to its promise: whatever the bytes are, they are read or refused by an error of our own, in
 * one line and soon.
 *
 *   npm run -s fuzz -- [--count 20000] [--seed 1] [--reader NAME] [--keep FOLDER]
 *
 * A line for each reader on standard output. What breaks the promise is kept as a file, and the exit code is 1.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DragganError } from '../../src/formats/errors.ts';
import { Mutation } from './mutation.ts';
import { type FuzzedReader, readers } from './readers.ts';

/** Milliseconds of the processor within which any of these small files must be done with. */
const longest = 2000;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    reader: { type: 'string' },
    keep: { type: 'string', default: join(tmpdir(), 'draggan-fuzz') },
  },
});

const kept: string[] = [];
for (const reader of readers)
  if (values.reader === undefined || reader.name.includes(values.reader)) await fuzz(reader);
if (kept.length > 0) process.stdout.write(`kept: ${kept.join(', ')}\n`);
process.exit(kept.length > 0 ? 1 : 0);

async function fuzz(reader: FuzzedReader): Promise<void> {
  const specimens = await reader.specimens();
  const mutation = new Mutation(Number(values.seed));
  let [read, refused, slowest] = [0, 0, 0];
  const faults: string[] = [];
  for (let n = 0; n < Number(values.count); n++) {
    const bytes = mutation.of(mutation.pick(specimens), mutation.pick(specimens));
    const before = process.cpuUsage();
    const fault = await faultOf(reader, bytes);
    const { user, system } = process.cpuUsage(before);
    const took = (user + system) / 1000;
    slowest = Math.max(slowest, took);
    if (fault === undefined) read++;
    else if (fault === '') refused++;
    const broken = took > longest ? `${took.toFixed(0)} ms` : fault;
    if (broken) faults.push(keep(reader, n, bytes, broken));
  }
  const peak = process.resourceUsage().maxRSS / 1024;
  const figures = `${read} read, ${refused} refused, slowest ${slowest.toFixed(0)} ms, peak memory so far ${peak.toFixed(0)} MB`;
  process.stdout.write(`${reader.name.padEnd(24)} ${figures}, ${faults.length} faults\n`);
  for (const line of faults.slice(0, 5)) process.stdout.write(`    ${line}\n`);
}

/** Nothing where it was read, an empty text where it was refused as it should be, else what was wrong. */
async function faultOf(reader: FuzzedReader, bytes: Uint8Array): Promise<string | undefined> {
  try {
    await reader.read(bytes, 'fuzzed');
    return undefined;
  } catch (error) {
    if (!(error instanceof DragganError)) return String(error).split('\n')[0];
    return /\n/.test(error.message) ? 'a message of several lines' : '';
  }
}

function keep({ name }: FuzzedReader, n: number, bytes: Uint8Array, why: string): string {
  mkdirSync(values.keep, { recursive: true });
  const file = join(values.keep, `${name.replace(/\W+/g, '-')}-${values.seed}-${n}`);
  writeFileSync(file, bytes);
  kept.push(file);
  return `${why} (${file})`;
}
