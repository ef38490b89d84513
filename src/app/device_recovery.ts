import type { Reconciler } from './device/reconciler.ts';
import { DeviceLostAgainError, inBrackets } from './dialogs/failure.ts';
import type { Document } from './state/document.ts';
import type { View } from './state/view.ts';

/** Milliseconds: a device that is lost again so soon will not hold. */
const leastLife = 10_000;

/** What the recovery asks of what is edited. */
export interface Recovered {
  document(): Document;
  /** Another device is where the document was: what is asked for goes on there. */
  rebuilt(): void;
  /** What ran is not to run again, for it may be the reason. */
  gaveUp(): void;
}

/** Brings another device to where the document is when one is lost. */
export class DeviceRecovery {
  readonly #reconciler: Reconciler;
  readonly #view: View;
  readonly #recovered: Recovered;
  #bornAt = performance.now();

  constructor(reconciler: Reconciler, view: View, recovered: Recovered) {
    this.#reconciler = reconciler;
    this.#view = view;
    this.#recovered = recovered;
  }

  /** The device is gone. */
  recover({ message }: GPUDeviceLostInfo): void {
    if (performance.now() - this.#bornAt < leastLife)
      this.#giveUp(new DeviceLostAgainError(message));
    else void this.#rebuild(inBrackets(message));
  }

  /** @param why in brackets, where the browser said it */
  async #rebuild(why: string): Promise<void> {
    const say = (what: string): void => this.#view.say(`The graphics device was lost${why}${what}`);
    say('. Rebuilding…');
    try {
      const document = this.#recovered.document();
      await this.#reconciler.rebuild({
        model: document.model,
        document: async () => document,
        progress: (_, what) => say(`: ${what}…`),
      });
      this.#bornAt = performance.now();
      this.#view.say('The graphics device was lost; everything is back.');
      this.#recovered.rebuilt();
    } catch (error) {
      this.#giveUp(error);
    }
  }

  /** Until a person tries again, with the document as it is. */
  #giveUp(error: unknown): void {
    this.#recovered.gaveUp();
    const retry = (): void => {
      this.#view.failure.value = undefined;
      void this.#rebuild('');
    };
    this.#view.failure.value = { error, retry };
  }
}
