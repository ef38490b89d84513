/**
 * Shows a changing picture as often as the display can and the work allows: however often it is asked, at most one
 * `show` is under way, and the last request is never lost.
 */
export class Frames {
  readonly #show: () => Promise<void>;
  readonly #failed: (error: unknown) => void;
  #wanted = false;
  #showing = false;

  constructor(show: () => Promise<void>, failed: (error: unknown) => void) {
    this.#show = show;
    this.#failed = failed;
  }

  request(): void {
    this.#wanted = true;
    if (!this.#showing) void this.#pump();
  }

  async #pump(): Promise<void> {
    this.#showing = true;
    try {
      while (this.#wanted) {
        await nextFrame();
        this.#wanted = false;
        await this.#show();
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#showing = false;
    }
  }
}

const nextFrame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
