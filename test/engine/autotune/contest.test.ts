import { describe, expect, it } from 'vitest';
import { contest } from '../../../src/engine/autotune/contest.ts';

/** A stopwatch that gives what `times` says, and counts how often each candidate was measured. */
function fake(times: (candidate: number, measurement: number) => number, candidates: number) {
  const counts = new Array<number>(candidates).fill(0);
  const stopwatch = async (candidate: number) => times(candidate, counts[candidate]++);
  return { counts, stopwatch, run: () => contest(candidates, stopwatch) };
}

describe('a contest', () => {
  it('takes the fastest, and says what each took', async () => {
    const milliseconds = [10, 9, 7, 12];
    const { run } = fake((candidate) => milliseconds[candidate], 4);
    expect(await run()).toEqual({ winner: 2, milliseconds });
  });

  it('keeps the default where no other is clearly faster', async () => {
    const { run } = fake((candidate) => [10, 9.8, 11][candidate], 3);
    expect((await run()).winner).toBe(0);
  });

  it('measures those that have no hope once', async () => {
    const { run, counts } = fake((candidate) => [10, 100, 9][candidate], 3);
    await run();
    expect(counts[1]).toBe(1);
    expect(counts[2]).toBeGreaterThan(3);
  });

  it('takes the least of the times, so that other programs mislead nobody', async () => {
    // All but one measurement of the faster one are disturbed.
    const { run } = fake((candidate, n) => (candidate === 1 ? 8 + (n % 3 === 1 ? 0 : 10) : 10), 2);
    expect((await run()).winner).toBe(1);
  });

  it('is not misled by a machine that slows down', async () => {
    let clock = 0;
    const { run } = fake((candidate) => 1.1 ** clock++ * [10, 8][candidate], 2);
    expect((await run()).winner).toBe(1);
  });

  it('does not believe in luck: the best is measured once more', async () => {
    // Fast in the rounds, not after them.
    const { run } = fake((candidate, n) => (candidate === 1 && n < 5 ? 8 : 10), 3);
    expect((await run()).winner).toBe(0);
  });

  it('keeps the default where the clock stands still', async () => {
    expect((await fake(() => 0, 3).run()).winner).toBe(0);
  });

  it('ends when it is aborted', async () => {
    const controller = new AbortController();
    let measured = 0;
    const stopwatch = async () => {
      if (++measured === 3) controller.abort(new Error('enough'));
      return 1;
    };
    await expect(contest(4, stopwatch, controller.signal)).rejects.toThrow('enough');
    expect(measured).toBe(3);
  });
});
