/** What a bench may take by default, in seconds: it has to end within 50, and starting and stopping take some. */
export const defaultSeconds = 44;

/** The time that a bench has, handed from phase to phase: each looks whether what it wants to do still fits. */
export class Budget {
  /** @param now milliseconds @param began when the time began to count */
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

  /** Whether something that took `milliseconds` fits once more. It may take longer the next time. */
  fits(milliseconds: number): boolean {
    return this.left >= longer * milliseconds;
  }
}

/** How much longer than the last time something may take: machines do other things as well. */
const longer = 1.2;
