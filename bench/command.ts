import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Budget, defaultSeconds } from '../src/bench/budget.ts';
import { describeEnvironment, type Environment } from '../src/bench/environment.ts';
import {
  type OfficialSide,
  officialShape,
  officialSides,
  randomWeights,
} from '../src/bench/networks.ts';
import { useKeptChoices } from '../src/cli/files/kept_kernel_choices.ts';
import { type Engine, openEngine } from '../src/engine/device.ts';
import type { Precision } from '../src/engine/memory/layouts.ts';
import { parseSafetensors } from '../src/formats/safetensors.ts';
import { type GeneratorWeights, readGenerator } from '../src/models/stylegan2/network/weights.ts';
import { openNodeGpu } from '../src/node/gpu/node_gpu.ts';
import { nodeShaders } from '../src/node/gpu/node_shaders.ts';

/** The options that every bench has. */
export interface BenchOptions {
  readonly json: boolean;
  readonly repeats: number | undefined;
  /** The time that the bench may take; it does not limit repeats that were asked for. */
  readonly budget: Budget;
  /** Other options by their names; `true` for flags. */
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
}

/** A bench on this machine's device. */
export interface Bench {
  readonly engine: Engine;
  readonly gpu: GPU;
  readonly environment: Environment;
  readonly progress: (what: string) => void;
}

/**
 * Options of a bench's command line.
 * @param usualSeconds how long it may take where neither `--seconds` nor `--repeats` says
 * @throws Error for an option that is not known, or a value that is not a number
 */
export function benchOptions(
  names: readonly string[],
  flags: readonly string[] = [],
  usualSeconds = defaultSeconds,
): BenchOptions {
  const options: Record<string, { type: 'string' | 'boolean' }> = {};
  for (const name of ['repeats', 'seconds', ...names]) options[name] = { type: 'string' };
  for (const name of ['json', 'no-autotune', ...flags]) options[name] = { type: 'boolean' };
  const parsed: Readonly<Record<string, unknown>> = parseArgs({ options }).values;
  const values: Record<string, string | boolean | undefined> = {};
  for (const [name, value] of Object.entries(parsed))
    if (typeof value === 'string' || typeof value === 'boolean') values[name] = value;
  const count = (name: string) =>
    values[name] === undefined ? undefined : positive(name, values[name]);
  const repeats = count('repeats');
  const seconds = count('seconds') ?? (repeats ? Number.POSITIVE_INFINITY : usualSeconds);
  // The program's start counts as well.
  const budget = new Budget(seconds, () => performance.now(), 0);
  return { json: values.json === true, repeats, budget, values };
}

/** A whole number of at least 1. */
export function positive(name: string, text: string | boolean | undefined): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`--${name} is ${text}, not a whole number of at least 1`);
  return value;
}

/** One of some words. @throws Error for another */
export function oneOf<const Word extends string>(
  name: string,
  text: string | boolean,
  words: readonly Word[],
): Word {
  const word = words.find((known) => known === text);
  if (!word) throw new Error(`--${name} is ${text}, not one of ${words.join(', ')}`);
  return word;
}

/** `--precision`. @throws Error for another value than f32 or f16 */
export function precisionOf({ values: { precision } }: BenchOptions): Precision | undefined {
  if (precision === undefined || precision === 'f32' || precision === 'f16') return precision;
  throw new Error(`--precision is ${precision}, not f32 or f16`);
}

/**
 * Opens the device, with the kernels that `draggan tune` found fastest on it unless --no-autotune is given, runs the
 * bench, and prints what it returns: one JSON object, or its table.
 */
export async function runBench<Report extends object>(
  { json, values }: BenchOptions,
  work: (bench: Bench) => Promise<Report>,
  table: (report: Report & Environment) => string,
): Promise<void> {
  const began = performance.now();
  const progress = (what: string) => {
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    process.stderr.write(`${seconds.padStart(6)} s  ${what}\n`);
  };
  try {
    const { gpu, driver } = await openNodeGpu();
    const engine = await openEngine(gpu, { shaders: nodeShaders });
    const tuned = values['no-autotune'] === true ? 0 : await useKeptChoices(engine, progress);
    const { version } = JSON.parse(readFileSync(packageOf('webgpu'), 'utf8'));
    const runtime = `Node ${process.version}, webgpu ${version} (Dawn), ${process.platform}`;
    const environment = describeEnvironment(engine, { driver, runtime });
    const report = {
      ...environment,
      autotuned_layers: tuned,
      ...(await work({ engine, gpu, environment, progress })),
    };
    process.stdout.write(`${json ? JSON.stringify(report) : table(report)}\n`);
    engine.destroy();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}

const packageOf = (name: string): URL =>
  new URL(`../node_modules/${name}/package.json`, import.meta.url);

/** The weights of `--shape`: of an official size, random; or the demo model's. */
export function shapeWeights(shape: string): GeneratorWeights {
  if (shape === 'demo') {
    const file = new URL('../weights/demo.safetensors', import.meta.url);
    return readGenerator(parseSafetensors(new Uint8Array(readFileSync(file)), 'demo.safetensors'));
  }
  return randomWeights(officialShape(officialSide(shape)));
}

/** @throws where there is no official network of that side */
export function officialSide(shape: string): OfficialSide {
  const side = officialSides.find((known) => String(known) === shape);
  if (!side) throw new Error(`--shape is ${shape}, not one of ${officialSides.join(', ')}, demo`);
  return side;
}
