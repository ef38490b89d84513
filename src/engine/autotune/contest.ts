/** Gives the milliseconds that a candidate takes now. */
export type Stopwatch = (candidate: number) => Promise<number>;

export interface ContestResult {
  readonly winner: number;
  /** The least that each candidate took, in milliseconds. */
  readonly milliseconds: readonly number[];
}

const rounds = 5;
/** Pairs of the first candidate and the best of the others, measured once more when it is known. */
const confirmations = 6;
/** The first candidate stays unless another one takes less than this part of its time. */
const worthwhile = 0.96;
/** So many times slower than the fastest, a candidate is out: after the first round, the second, all others. */
const hopeless = [3, 1.5, 1.15];

/**
 * Which of some candidates is fastest. They are measured in turns, so that whatever else a machine does meets them all
 * alike, and the least that each took counts, since what other programs do can only add to it. The first of them is the
 * default: it stays where no other is clearly faster, also when the best of the others is measured against it once more,
 * for of many equal ones one looks fast by chance.
 * @throws the signal's reason once it is aborted
 */
export async function contest(
  candidates: number,
  stopwatch: Stopwatch,
  signal?: AbortSignal,
): Promise<ContestResult> {
  const least = new Array<number>(candidates).fill(Number.POSITIVE_INFINITY);
  const measure = async (candidate: number): Promise<number> => {
    signal?.throwIfAborted();
    const time = await stopwatch(candidate);
    least[candidate] = Math.min(least[candidate], time);
    return time;
  };
  let left = [...least.keys()];
  for (let round = 0; round < rounds && left.length > 1; round++) {
    // The order turns, since what runs first may find the device asleep.
    const turn = round % left.length;
    for (const candidate of [...left.slice(turn), ...left.slice(0, turn)]) await measure(candidate);
    const fastest = Math.min(...left.map((candidate) => least[candidate]));
    const most = fastest * hopeless[Math.min(round, hopeless.length - 1)];
    left = left.filter((candidate) => candidate === 0 || least[candidate] <= most);
  }
  const best = left.reduce((a, b) => (least[b] < least[a] ? b : a));
  const faster = least[best] < worthwhile * least[0] && (await isFaster(best, measure));
  signal?.throwIfAborted();
  return { winner: faster ? best : 0, milliseconds: least.map(finite) };
}

async function isFaster(
  candidate: number,
  measure: (candidate: number) => Promise<number>,
): Promise<boolean> {
  let [standard, time] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let pair = 0; pair < confirmations; pair++) {
    standard = Math.min(standard, await measure(0));
    time = Math.min(time, await measure(candidate));
  }
  return time < worthwhile * standard;
}

/** What was never measured, because there was nothing to compare it with, is 0. */
const finite = (time: number): number => (Number.isFinite(time) ? time : 0);
