/** Milliseconds that the picture lags behind at most, so that it follows even where drawing it is slow. */
const longestRest = 2000;

/** Who hears how pictures get on. */
export interface FrameListener {
  readonly failed: (error: unknown) => void;
  readonly busy: (busy: boolean) => void;
}

/**
 * Shows a changing picture as often as the display can and the work allows. However often it is asked, at most one
 * `show` is under way and the last request is never lost. After a picture the device has as long for other work as that
 * picture took.
 */
export class Frames {
  readonly #show: () => Promise<void>;
  readonly #failed: (error: unknown) => void;
  readonly #busy: (busy: boolean) => void;
  #wanted = false;
  #showing = false;
  #restUntil = 0;
  #ended = false;
  #pumping: Promise<void> = Promise.resolve();

  /** @param listener hears of a picture that could not be shown, and whether one is still to be shown */
  constructor(show: () => Promise<void>, listener: FrameListener) {
    this.#show = show;
    this.#failed = listener.failed;
    this.#busy = listener.busy;
  }

  request(): void {
    this.#wanted = !this.#ended;
    if (this.#wanted && !this.#showing) this.#pumping = this.#pump();
  }

  /** Resolves once all that was asked for is shown. */
  settled(): Promise<void> {
    return this.#pumping;
  }

  /** Shows nothing any more. Resolves once nothing is under way. */
  end(): Promise<void> {
    this.#ended = true;
    this.#wanted = false;
    return this.#pumping;
  }

  async #pump(): Promise<void> {
    this.#showing = true;
    this.#busy(true);
    try {
      while (this.#wanted) {
        await Promise.all([time(this.#restUntil - performance.now()), nextFrame()]);
        if (this.#ended) break;
        this.#wanted = false;
        const began = performance.now();
        await this.#show();
        const ended = performance.now();
        this.#restUntil = ended + Math.min(ended - began, longestRest);
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#showing = false;
      this.#busy(false);
    }
  }
}

const nextFrame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
const time = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
