import { effect } from '@preact/signals';
import type { Store } from '../state/store.ts';
import type { View } from '../state/view.ts';
import { forgetSession, keepSession } from './kept_session.ts';
import type { ReadModel } from './model_reader.ts';

const settingKey = 'draggan-webgpu keeping';
const lockName = 'draggan-session';
/** Milliseconds without a change after which it is kept. */
const pause = 700;

/** Whether the edit is kept in this browser, as a person last decided here; else it is. */
export function readKeeps(): boolean {
  try {
    return localStorage.getItem(settingKey) !== 'off';
  } catch {
    return true;
  }
}

/** Milliseconds that a page that is reloaded may take to let go of what it holds. */
const longestLeave = 1000;

let owned: Promise<boolean> | undefined;

/** @returns true in the one tab that may read and keep the edit, for as long as it is open */
export function ownsSession(): Promise<boolean> {
  owned ??= new Promise((resolve) => {
    // The lock is this tab's until it is closed: the promise that holds it never settles.
    const hold = (): Promise<void> => {
      resolve(true);
      return new Promise(() => {});
    };
    const { locks } = navigator;
    // Where another tab has it, that may be this page before its reload, which is about to leave.
    const wait = async (): Promise<void> => {
      await locks.request(lockName, { signal: AbortSignal.timeout(longestLeave) }, hold);
    };
    locks
      .request(lockName, { ifAvailable: true }, (lock) =>
        lock ? hold() : void wait().catch(() => resolve(false)),
      )
      .catch(() => resolve(false));
  });
  return owned;
}

/** Keeps the edit in this browser as it changes. */
export class SessionKeeper {
  readonly #store: Store;
  readonly #view: View;
  readonly #demo: ReadModel;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #work: Promise<void> = Promise.resolve();

  /** @param keeps whether it keeps from the start on */
  constructor(store: Store, view: View, demo: ReadModel, keeps: boolean) {
    this.#store = store;
    this.#view = view;
    this.#demo = demo;
    view.keeps.value = keeps;
    effect(() => {
      store.document.value;
      if (view.keeps.value && !view.running.value) this.#later();
    });
    addEventListener('visibilitychange', () => {
      if (document.hidden) this.#keep();
    });
  }

  /** Keeps from now on, or forgets what is kept, as a person decides. */
  async set(keeps: boolean): Promise<void> {
    clearTimeout(this.#timer);
    if (!(await ownsSession())) {
      this.#view.say('Another tab of this page keeps its edit.');
      return;
    }
    this.#view.keeps.value = keeps;
    try {
      if (keeps) localStorage.removeItem(settingKey);
      else localStorage.setItem(settingKey, 'off');
    } catch {
      // It lasts until the page is closed.
    }
    if (!keeps)
      this.#work = this.#work.then(forgetSession).catch((error) => this.#view.fail(error));
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#keep(), pause);
  }

  #keep(): void {
    clearTimeout(this.#timer);
    if (!this.#view.keeps.peek()) return;
    this.#work = this.#work
      .then(() => keepSession(this.#store.record, this.#demo))
      .catch((error) => {
        // Said once: a browser that has no room has none at the next change either.
        this.#view.keeps.value = false;
        this.#view.fail(
          new Error('this browser keeps nothing: a reload begins anew', { cause: error }),
        );
      });
  }
}
