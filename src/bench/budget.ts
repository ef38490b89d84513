/** Seconds that a bench may take by default: it has to end within 50, some of which go to starting and stopping. */
export const defaultSeconds = 44;

/** The time that a bench has, handed from phase to phase: each checks that its next task still fits. */
export class Budget {
  /** @param now returns the time in milliseconds @param began the time from which it counts */
  constructor(
    readonly seconds: number = defaultSeconds,
    private readonly now: () => number = () => performance.now(),
    private readonly began: number = now(),
  ) {}

  /** Milliseconds so far. */
  get spent(): number {
    return this.now() - this.began;
  }

  /** Milliseconds that are left; below zero once it is over. */
  get left(): number {
    return 1000 * this.seconds - this.spent;
  }

  /** True if a task that took `milliseconds` fits once more, even if it takes somewhat longer the next time. */
  fits(milliseconds: number): boolean {
    return this.left >= longer * milliseconds;
  }
}

/** Factor by which a task may take longer than the last time, since machines do other things as well. */
const longer = 1.2;
