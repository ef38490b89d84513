import { type Judge, type Judgement, locate } from '../../tools/judge/judge.ts';
import type { Panel } from '../../tools/train-demo/edit_sheet.ts';
import { factorNames } from '../../tools/train-demo/factors.ts';
import { type Picture, pictureOf } from '../../tools/train-demo/patch_search.ts';
import { uniformNumbers } from '../../tools/train-demo/random.ts';
import { apart, findSpot, type Place } from '../../tools/train-demo/surface.ts';
import type { Case } from './cases.ts';
import { gripSpots } from './drawn_cases.ts';
import { factorSpread, measure, type Tools } from './measures.ts';
import type { Method, Subject } from './methods.ts';
import { pictureDistance } from './picture_distance.ts';
import { caseDistance, type Entry, figuresOf, judgeError, type QualityReport } from './report.ts';
import { side } from './scene.ts';
import { type StagedCase, stage } from './staging.ts';

/** What cases are judged with. */
export interface Bench extends Tools {
  readonly subject: Subject;
  /** Slow methods get the first case of each class alone. */
  readonly isQuick: boolean;
  readonly progress: (what: string) => void;
}

/** Spots of a picture at which the judge itself is judged. */
const spotsOfPicture = 12;
const red: Panel['marks'][number]['colour'] = [235, 40, 40];
const blue: Panel['marks'][number]['colour'] = [40, 90, 255];
const green: Panel['marks'][number]['colour'] = [40, 200, 60];

/** Edits every case by every method, one case after the other. */
export async function judgeCases(
  cases: readonly Case[],
  methods: readonly Method[],
  bench: Bench,
): Promise<{ report: QualityReport; panels: Panel[][] }> {
  const entries = new Map(methods.map(({ name }): [string, Entry[]] => [name, []]));
  const errors = new JudgeErrors(bench.judge);
  const panels: Panel[][] = [];
  let leftOut = 0;
  for (const [n, one] of cases.entries()) {
    const staged = await stage(bench.scene, one);
    if ('hidden' in staged) {
      bench.progress(`case ${n + 1}: left out, ${staged.hidden}`);
      leftOut++;
      continue;
    }
    const { generator } = bench.subject;
    const ws = await generator.latent({ z: staged.z });
    const first = await generator.generate(ws);
    const before = pictureOf(first);
    const seen = bench.judge(before);
    errors.add(staged, seen, n);
    const row: Panel[] = [
      { picture: before, marks: [...ringed(staged.handles, red), ...ringed(staged.targets, blue)] },
    ];
    const told: string[] = [];
    for (const method of methods) {
      const done = entries.get(method.name) ?? [];
      const isLeftOut =
        bench.isQuick && method.isSlow && done.some(({ kind }) => kind === staged.kind);
      const edit = isLeftOut ? undefined : await method.edit(bench.subject, staged);
      if (!edit) {
        row.push({ picture: blank, marks: [] });
        continue;
      }
      const kept = edit.keeps && staged.mask ? { ws, mask: staged.mask } : undefined;
      const picture = pictureOf(await generator.generate(edit.ws, { kept }));
      const outcome = await measure(staged, { picture: before, seen }, edit, picture, bench);
      const thereAndBack =
        edit.back && (await pictureDistance(generator, first, await generator.generate(edit.back)));
      entries.set(method.name, [
        ...done,
        { kind: staged.kind, outcome: { ...outcome, thereAndBack } },
      ]);
      row.push({ picture, marks: [...ringed(staged.targets, blue), ...ringed(edit.ends, green)] });
      const failed = outcome.failure ? ` ${outcome.failure}` : '';
      told.push(`${method.name} ${caseDistance(outcome).toFixed(1)} px${failed}`);
    }
    row.push({ picture: (staged.after ?? staged.before).picture, marks: [] });
    panels.push(row);
    bench.progress(`case ${n + 1} of ${cases.length}, ${staged.kind}: ${told.join('; ')}`);
  }
  if (panels.length === 0) throw new RangeError('every case has a hidden spot: there is none left');
  const report: QualityReport = {
    cases: panels.length,
    left_out: leftOut,
    methods: Object.fromEntries([...entries].map(([name, found]) => [name, figuresOf(found)])),
    judge: errors.summary(),
  };
  return { report, panels };
}

/** In the place of a picture that was not made. */
const blank: Picture = { side, rgb: new Uint8Array(3 * side ** 2).fill(255) };

const ringed = (places: readonly Place[], colour: Panel['marks'][number]['colour']) =>
  places.map((at) => ({ at, colour }));

/** How far off the judge is where the truth is known: on renders that it was not trained on, and on the model's own. */
class JudgeErrors {
  readonly #renders: number[] = [];
  readonly #generated: number[] = [];
  readonly #factors: number[] = [];

  constructor(private readonly judge: Judge) {}

  /** @param generated what the judge sees in the model's picture of the same factors */
  add({ before, factors }: StagedCase, generated: Judgement, seed: number): void {
    const rendered = this.judge(before.picture);
    for (const spot of gripSpots(before, spotsOfPicture, uniformNumbers(seed))) {
      const truth = findSpot(before.surface, spot);
      if (!truth) continue;
      this.#renders.push(apart(locate(rendered, spot), truth));
      this.#generated.push(apart(locate(generated, spot), truth));
    }
    for (const name of factorNames)
      this.#factors.push(Math.abs(rendered.factors[name] - factors[name]) / factorSpread);
  }

  summary(): QualityReport['judge'] {
    return {
      renders: judgeError(this.#renders),
      generated: judgeError(this.#generated),
      factors: judgeError(this.#factors).mean,
    };
  }
}
