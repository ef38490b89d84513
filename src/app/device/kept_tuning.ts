import { readTunings, type Tuning, writeTunings } from '../../library/api.ts';

const key = 'draggan-webgpu tuning';

/** What this browser keeps of measurements; nothing where it has none, keeps nothing, or holds what is no tuning. */
export function readKeptTunings(): Tuning[] {
  try {
    return readTunings(localStorage.getItem(key) ?? '');
  } catch {
    return [];
  }
}

/** Where the browser keeps nothing, or has no room, they last until the page is closed. */
export function keepTunings(tunings: readonly Tuning[]): void {
  try {
    if (tunings.length > 0) localStorage.setItem(key, writeTunings(tunings));
    else localStorage.removeItem(key);
  } catch {
    // As said above.
  }
}
