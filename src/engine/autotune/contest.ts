/** Runs a candidate and gives the milliseconds that it took; candidates are counted from 0. */
export type Stopwatch = (candidate: number) => Promise<number>;

export interface ContestResult {
  readonly winner: number;
  /** The shortest time of each candidate, in milliseconds; 0 for one that was not measured. */
  readonly milliseconds: readonly number[];
}

const rounds = 5;
/** How many times the first candidate and the best of the others are measured against each other at the end. */
const confirmations = 6;
/** The first candidate wins unless another one takes less than this fraction of its time. */
const worthwhile = 0.96;
/** A candidate is out if it is this many times slower than the fastest, after round 1, round 2, and all later ones. */
const hopeless = [3, 1.5, 1.15];

/**
 * Finds the fastest of some candidates. They are measured in turns, so that other work of the machine disturbs all
 * alike, and the shortest time of each counts, since other programs can only add to it. The first candidate is the
 * default: another one wins only if it is clearly faster, also when both are measured against each other once more,
 * because among many equal ones some look fast by chance.
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

/** 0 in place of an infinite time: a lone candidate has none to be compared with, and is not measured. */
const finite = (time: number): number => (Number.isFinite(time) ? time : 0);
