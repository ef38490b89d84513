import { median } from './median.ts';

/** Gives the milliseconds that a candidate takes now. */
export type Stopwatch = (candidate: number) => Promise<number>;

export interface ContestResult {
  readonly winner: number;
  /** The median of each candidate, in milliseconds. */
  readonly milliseconds: readonly number[];
}

const rounds = 4;
/** Pairs of the first candidate and the best of the others, measured once more when it is known. */
const confirmations = 4;
/** The first candidate stays unless another one takes less than this part of its time. */
const worthwhile = 0.96;
/** So many times slower than the fastest, after one round and after more, a candidate is out. */
const hopeless = { atFirst: 2, later: 1.15 };

/**
 * Which of some candidates is fastest. They are measured in turns, so that whatever else a machine does meets them all
 * alike, and the times of a round are compared with each other alone. The first of them is the default: it stays where no
 * other is clearly faster, also when the best of the others is measured once more, for of many equal ones one looks
 * fast by chance.
 * @throws the signal's reason once it is aborted
 */
export async function contest(
  candidates: number,
  stopwatch: Stopwatch,
  signal?: AbortSignal,
): Promise<ContestResult> {
  const times = Array.from({ length: candidates }, (): number[] => []);
  const measure = async (candidate: number): Promise<number> => {
    signal?.throwIfAborted();
    const time = await stopwatch(candidate);
    times[candidate].push(time);
    return time;
  };
  let left = [...times.keys()];
  for (let round = 0; round < rounds && left.length > 1; round++) {
    // The order turns, since what runs first may find the device asleep.
    const turn = round % left.length;
    for (const candidate of [...left.slice(turn), ...left.slice(0, turn)]) await measure(candidate);
    const fastest = Math.min(...left.map((candidate) => median(times[candidate])));
    const most = fastest * (round === 0 ? hopeless.atFirst : hopeless.later);
    left = left.filter((candidate) => candidate === 0 || Math.min(...times[candidate]) <= most);
  }
  const score = (candidate: number): number =>
    median(times[candidate].map((time, round) => time / times[0][round]));
  const best = left.slice(1).reduce((a, b) => (a === 0 || score(b) < score(a) ? b : a), 0);
  const winner =
    best !== 0 && score(best) < worthwhile && (await isFaster(best, measure)) ? best : 0;
  signal?.throwIfAborted();
  return { winner, milliseconds: times.map(median) };
}

async function isFaster(
  candidate: number,
  measure: (candidate: number) => Promise<number>,
): Promise<boolean> {
  const ratios: number[] = [];
  for (let pair = 0; pair < confirmations; pair++) {
    const standard = await measure(0);
    ratios.push((await measure(candidate)) / standard);
  }
  return median(ratios) < worthwhile;
}
