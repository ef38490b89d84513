/**
 * How well directions that are found without any knowledge of a model's factors meet the demo's true ones: see README.md.
 *
 *   npm run -s bench:directions -- [--json] [--count N] [--seeds N]
 *
 * One JSON object with --json, else a table, on standard output; progress on standard error.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSafetensors } from '../src/formats/safetensors.ts';
import {
  factorDirections,
  principalDirections,
} from '../src/models/stylegan2/device/directions.ts';
import { Generator } from '../src/models/stylegan2/device/generator.ts';
import { sampleW } from '../src/models/stylegan2/device/sampled_w.ts';
import {
  type Directions,
  readFactors,
  styleDirections,
} from '../src/models/stylegan2/network/directions.ts';
import { addDirection } from '../src/models/stylegan2/network/latent_rows.ts';
import { readGenerator } from '../src/models/stylegan2/network/weights.ts';
import { type Judge, loadJudge } from '../tools/judge/judge.ts';
import { factorNames } from '../tools/train-demo/factors.ts';
import { pictureOf } from '../tools/train-demo/patch_search.ts';
import { benchOptions, positive, runBench } from './command.ts';
import { demoFile } from './quality/case_sets.ts';
import { factorSpread } from './quality/measures.ts';
import { textTable } from './table.ts';

/** Directions of each method, and pictures that each is tried on. */
const usualCount = 12;
const usualSeeds = 3;
/** w that the standard deviation along a direction is of. */
const samples = 4000;

/** A method's directions against the true ones. */
interface Score {
  readonly directions: number;
  /** Of each true direction the largest |cosine| with any of the method's: the mean of all. */
  readonly cosine: number;
  /** Of each of the method's directions the largest |cosine| with a true one: the mean. */
  readonly own_cosine: number;
  /** By how many of its standard deviations the factor changes most that a direction changes most, over two of w. */
  readonly change: number;
  /** By how much the other factors change meanwhile, the mean of them, as a share of that. */
  readonly leak: number;
  /** The factor that each direction changes most. */
  readonly factors: readonly string[];
}

const options = benchOptions(['count', 'seeds']);
const given = (name: string, usual: number) =>
  options.values[name] === undefined ? usual : positive(name, options.values[name]);
const count = given('count', usualCount);
const seeds = given('seeds', usualSeeds);

await runBench(
  options,
  async ({ engine, progress }) => {
    const path = fileURLToPath(demoFile);
    const file = parseSafetensors(new Uint8Array(readFileSync(path)), path);
    const weights = readGenerator(file);
    const generator = await Generator.load(engine, weights);
    const factors = readFactors(file, weights.config);
    const truth = await factorDirections(generator, factors, factors.count);
    const w = await sampleW(generator, samples);
    const judge = loadJudge();
    const methods: Record<string, Directions> = {
      factors: truth,
      pca: await principalDirections(generator, count),
      sefa: styleDirections(weights, { count }),
    };
    const scores: Record<string, Score> = {};
    for (const [name, directions] of Object.entries(methods)) {
      progress(`${name}: ${directions.vectors.length / directions.wDim} directions`);
      scores[name] = {
        ...cosines(directions, truth),
        ...(await changes(generator, judge, directions, deviationsOf(directions, w))),
      };
    }
    generator.destroy();
    return { seeds, methods: scores };
  },
  ({ methods }) =>
    textTable(
      ['method', 'directions', 'cosine', 'own cosine', 'change', 'leak', 'factors'],
      Object.entries(methods).map(([name, score]) => [
        name,
        String(score.directions),
        ...[score.cosine, score.own_cosine, score.change, score.leak].map((v) => v.toFixed(2)),
        score.factors.join(' '),
      ]),
    ),
);

function cosines(found: Directions, truth: Directions) {
  const { wDim } = truth;
  const countOf = ({ vectors }: Directions) => vectors.length / wDim;
  const row = ({ vectors }: Directions, i: number) => vectors.subarray(i * wDim, (i + 1) * wDim);
  const largest = (of: Directions, among: Directions) =>
    mean(
      Array.from({ length: countOf(of) }, (_, i) =>
        Math.max(
          ...Array.from({ length: countOf(among) }, (_, k) =>
            Math.abs(dot(row(of, i), row(among, k))),
          ),
        ),
      ),
    );
  return {
    directions: countOf(found),
    cosine: largest(truth, found),
    own_cosine: largest(found, truth),
  };
}

/** What the judge sees change between one standard deviation of w back and one there, along each direction. */
async function changes(
  generator: Generator,
  judge: Judge,
  { vectors, wDim }: Directions,
  deviations: readonly number[],
): Promise<Pick<Score, 'change' | 'leak' | 'factors'>> {
  const { config } = generator;
  const seen: { name: string; change: number; leak: number }[] = [];
  for (const [i, deviation] of deviations.entries()) {
    const direction = new Float32Array(config.numWs * wDim).map(
      (_, at) => vectors[i * wDim + (at % wDim)],
    );
    const moved = factorNames.map(() => 0);
    for (let seed = 0; seed < seeds; seed++) {
      const ws = await generator.latent({ seed }, { psi: 0.7 });
      const read = async (strength: number) => {
        const there = addDirection(ws, direction, { strength }, config);
        return judge(pictureOf(await generator.generate(there))).factors;
      };
      const [before, after] = [await read(-deviation), await read(deviation)];
      for (const [k, name] of factorNames.entries())
        moved[k] += Math.abs(after[name] - before[name]) / factorSpread / seeds;
    }
    const change = Math.max(...moved);
    const others = moved.reduce((sum, by) => sum + by, -change) / (factorNames.length - 1);
    seen.push({ name: factorNames[moved.indexOf(change)], change, leak: others / change });
  }
  return {
    change: mean(seen.map(({ change }) => change)),
    leak: mean(seen.map(({ leak }) => leak)),
    factors: seen.map(({ name }) => name),
  };
}

/** The standard deviation of w along each direction. @param w (count, w_dim) */
function deviationsOf({ vectors, wDim }: Directions, w: Float32Array): number[] {
  return Array.from({ length: vectors.length / wDim }, (_, k) => {
    const vector = vectors.subarray(k * wDim, (k + 1) * wDim);
    const along = Array.from({ length: w.length / wDim }, (_, n) =>
      dot(vector, w.subarray(n * wDim, (n + 1) * wDim)),
    );
    const middle = mean(along);
    return Math.sqrt(mean(along.map((value) => (value - middle) ** 2)));
  });
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
