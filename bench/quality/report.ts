import { median, round } from '../../src/bench/statistics.ts';
import { textTable } from '../table.ts';
import { type Failure, failures, nearEnough, type Outcome } from './measures.ts';
import { type ClassName, classNames } from './staging.ts';

/** A method's figures over the cases of a class. Null where no case has such a figure. */
export interface Figures {
  readonly cases: number;
  readonly distance_mean: number | null;
  readonly distance_median: number | null;
  /** The share of cases whose points all have their content within 3 pixels of its target. */
  readonly success: number | null;
  /** The share of points whose content is within 2 pixels of its target (PCK). */
  readonly pck_2: number | null;
  /** As distance_mean, by the search for a patch. */
  readonly patch_mean: number | null;
  readonly psnr_moved: number | null;
  readonly psnr_outside: number | null;
  /** Mean change of a colour value, of 255, where a mask says that all stays. */
  readonly kept_change: number | null;
  readonly leak: number | null;
  readonly pn_median: number | null;
  readonly pn_max: number | null;
  readonly outside_median: number | null;
  readonly torn: number | null;
  /** Mean decibels to the render of the factors that are read from the picture. */
  readonly plausible: number | null;
  /** Mean distance of pictures that were dragged there and back; null where that was not asked for. */
  readonly there_and_back: number | null;
  readonly iterations_median: number | null;
  readonly ms_median: number | null;
  readonly failures: Readonly<Record<Failure, number>>;
}

/** Pixels within which content counts as found, for the share of points. */
const close = 2;

/** What one method made of one case. */
export interface Entry {
  readonly kind: ClassName;
  readonly outcome: Outcome;
}

/** Means over the cases of each class, and over all. */
export function figuresOf(entries: readonly Entry[]): Record<string, Figures> {
  const byClass: Record<string, Figures> = { all: figures(entries.map(({ outcome }) => outcome)) };
  for (const kind of classNames)
    byClass[kind] = figures(
      entries.filter((entry) => entry.kind === kind).map(({ outcome }) => outcome),
    );
  return byClass;
}

function figures(outcomes: readonly Outcome[]): Figures {
  const of = (value: (outcome: Outcome) => number | undefined): number[] =>
    outcomes.map(value).filter((x) => x !== undefined);
  const mean = (values: number[]): number | null =>
    values.length ? round(values.reduce((sum, x) => sum + x, 0) / values.length) : null;
  const middle = (values: number[]): number | null =>
    values.length ? round(median(values)) : null;
  const share = (isSo: (outcome: Outcome) => boolean): number | null =>
    mean(of((outcome) => (isSo(outcome) ? 1 : 0)));
  const distances = of(caseDistance);
  const pn = of((outcome) => outcome.pn);
  return {
    cases: outcomes.length,
    distance_mean: mean(distances),
    distance_median: middle(distances),
    success: share(({ distances: found }) => Math.max(...found) <= nearEnough),
    pck_2: mean(outcomes.flatMap(({ distances: found }) => found.map((x) => (x <= close ? 1 : 0)))),
    patch_mean: mean(of((outcome) => outcome.patch)),
    psnr_moved: mean(of((outcome) => outcome.psnrMoved)),
    psnr_outside: mean(of((outcome) => outcome.psnrOutside)),
    kept_change: mean(of((outcome) => outcome.keptChange)),
    leak: mean(of((outcome) => outcome.leak)),
    pn_median: middle(pn),
    pn_max: pn.length ? round(Math.max(...pn)) : null,
    outside_median: middle(of((outcome) => outcome.outside)),
    torn: share((outcome) => outcome.torn),
    plausible: mean(of((outcome) => outcome.plausible)),
    there_and_back: mean(of((outcome) => outcome.thereAndBack)),
    iterations_median: middle(of((outcome) => outcome.iterations)),
    ms_median: middle(of((outcome) => outcome.milliseconds)),
    failures: Object.fromEntries(
      failures.map((kind) => [kind, share((outcome) => outcome.failure === kind) ?? 0]),
    ) as Record<Failure, number>,
  };
}

/** The mean over a case's points. */
export const caseDistance = ({ distances }: Outcome): number =>
  distances.reduce((sum, x) => sum + x, 0) / distances.length;

/** How far off the judge is, in pixels, over spots whose place is known. */
export interface JudgeError {
  readonly spots: number;
  readonly mean: number;
  readonly median: number;
  readonly within_3: number;
}

/** @throws RangeError where there are none */
export function judgeError(errors: readonly number[]): JudgeError {
  return {
    spots: errors.length,
    mean: round(errors.reduce((sum, x) => sum + x, 0) / errors.length),
    median: round(median(errors)),
    within_3: round(errors.filter((x) => x <= nearEnough).length / errors.length),
  };
}

export interface QualityReport {
  readonly cases: number;
  /** Cases with a spot that is hidden. */
  readonly left_out: number;
  readonly methods: Record<string, Record<string, Figures>>;
  readonly judge: {
    readonly renders: JudgeError;
    readonly generated: JudgeError;
    /** Mean error of a factor on renders, in its standard deviations. */
    readonly factors: number;
  };
}

const columns: readonly [head: string, name: keyof Omit<Figures, 'failures'>][] = [
  ['n', 'cases'],
  ['px mean', 'distance_mean'],
  ['median', 'distance_median'],
  ['≤ 3 px', 'success'],
  ['PCK 2', 'pck_2'],
  ['patch', 'patch_mean'],
  ['moved dB', 'psnr_moved'],
  ['outside dB', 'psnr_outside'],
  ['kept', 'kept_change'],
  ['leak σ', 'leak'],
  ['P_N', 'pn_median'],
  ['most', 'pn_max'],
  ['outside', 'outside_median'],
  ['torn', 'torn'],
  ['plausible dB', 'plausible'],
  ['back', 'there_and_back'],
  ['iterations', 'iterations_median'],
  ['ms', 'ms_median'],
];

/** A row a method and class. */
export function qualityTable({ methods, judge, left_out }: QualityReport): string {
  const rows = Object.entries(methods).flatMap(([method, byClass]) =>
    Object.entries(byClass)
      .filter(([, { cases }]) => cases > 0)
      .map(([kind, found]) => [
        `${method}, ${kind}`,
        ...columns.map(([, name]) => (found[name] === null ? '-' : `${found[name]}`)),
        failures.map((failure) => `${Math.round(found.failures[failure] * found.cases)}`).join(' '),
      ]),
  );
  const error = ({ mean, median: middle, within_3 }: JudgeError): string =>
    `${mean} px (median ${middle}, ${(100 * within_3).toFixed(0)} % within 3)`;
  return [
    textTable(['method, class', ...columns.map(([head]) => head), failures.join(' ')], rows),
    `the judge is off by ${error(judge.renders)} on renders, ${error(judge.generated)} on the model's ` +
      `pictures; by ${judge.factors} σ a factor`,
    ...(left_out > 0 ? [`${left_out} cases left out: a spot is hidden`] : []),
  ].join('\n');
}
