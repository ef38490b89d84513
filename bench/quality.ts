/**
 * Drags whose right result is known, and how near methods come to it: see README.md.
 *
 *   npm run -s bench:quality -- [--quick] [--set test|development|validation | --cases FILE]
 *     [--methods no-edit,reference,…] [--anywhere N --first-seed S] [--model FILE] [--table] [--sheet FILE.png]
 *     [--keep FOLDER] [--there-and-back]
 *
 * One JSON object on standard output (a table with --table), progress on standard error. --keep keeps what was dragged in
 * a folder, and takes from there what was dragged before.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSafetensors } from '../src/formats/safetensors.ts';
import { Generator } from '../src/models/stylegan2/device/generator.ts';
import { principalBasis } from '../src/models/stylegan2/device/principal_coordinates.ts';
import { readGenerator } from '../src/models/stylegan2/network/weights.ts';
import { loadJudge } from '../tools/judge/judge.ts';
import { editSheet } from '../tools/train-demo/edit_sheet.ts';
import { type BenchOptions, benchOptions, positive, runBench } from './command.ts';
import { caseFile, caseSets, demoFile } from './quality/case_sets.ts';
import { type Case, readCases } from './quality/cases.ts';
import { drawAnywhere } from './quality/drawn_cases.ts';
import { judgeCases } from './quality/judging.ts';
import { keeping } from './quality/kept_edits.ts';
import { methodsNamed, usualMethods } from './quality/methods.ts';
import { qualityTable } from './quality/report.ts';
import { basisOf, openScene, type Scene } from './quality/scene.ts';
import { classNames } from './quality/staging.ts';

/** Cases of a class with --quick, and cases of `anywhere` without. */
const quickCases = 4;
const usualAnywhere = 16;
const usualFirstSeed = 500;
/** Cases of a class in each file of a set. */
const casesOfClass = 16;

const names = ['cases', 'set', 'methods', 'anywhere', 'first-seed', 'model', 'sheet', 'keep'];
const options = benchOptions(names, ['quick', 'table', 'there-and-back']);

const text = ({ values }: BenchOptions, name: string): string | undefined =>
  typeof values[name] === 'string' ? values[name] : undefined;

/** The cases that the options ask for: of a file, else of a set, and `anywhere` ones. */
async function chosenCases(scene: Scene): Promise<Case[]> {
  const file = text(options, 'cases');
  const quick = options.values.quick === true;
  const set = caseSets.find((known) => known === (text(options, 'set') ?? 'test'));
  if (!set) throw new RangeError(`--set is none of ${caseSets.join(', ')}`);
  let cases = readCases(readFileSync(file ?? caseFile(set), 'utf8'), file ?? `${set}.jsonl`);
  if (file === undefined && quick) cases = cases.filter((_, i) => i % casesOfClass < quickCases);
  const usual = file === undefined ? (quick ? quickCases : usualAnywhere) : 0;
  const asked = text(options, 'anywhere');
  const anywhere = asked === undefined ? usual : Number(asked) && positive('anywhere', asked);
  const firstSeed = Number(text(options, 'first-seed') ?? usualFirstSeed);
  if (!Number.isInteger(firstSeed) || firstSeed < 0 || firstSeed + anywhere > 2 ** 32)
    throw new RangeError(`--first-seed is ${firstSeed}, not a whole number from 0 to 2^32 - 1`);
  for (let i = 0; i < anywhere; i++) cases.push(await drawAnywhere(scene, firstSeed + i));
  return cases;
}

await runBench(
  { ...options, json: options.values.table !== true },
  async ({ engine, gpu, progress }) => {
    const keep = text(options, 'keep');
    const methods = methodsNamed(text(options, 'methods')?.split(',') ?? usualMethods).map(
      (method) => (keep === undefined ? method : keeping(keep, method)),
    );
    const path = text(options, 'model') ?? fileURLToPath(demoFile);
    const file = parseSafetensors(new Uint8Array(readFileSync(path)), path);
    const basis = basisOf(file);
    const scene = await openScene(gpu, basis);
    const generator = await Generator.load(engine, readGenerator(file));
    const principal = await principalBasis(generator);
    const cases = await chosenCases(scene);
    progress(`${cases.length} cases of ${classNames.length} classes, ${methods.length} methods`);
    const isBack = options.values['there-and-back'] === true;
    const subject = { generator, basis, isBack };
    const { report, panels } = await judgeCases(cases, methods, {
      scene,
      subject,
      principal,
      judge: loadJudge(),
      isQuick: options.values.quick === true,
      progress,
    });
    const sheet = text(options, 'sheet');
    if (sheet) writeFileSync(sheet, editSheet(panels, panels[0].length > 4 ? 1 : 2));
    scene.destroy();
    generator.destroy();
    return report;
  },
  qualityTable,
);
