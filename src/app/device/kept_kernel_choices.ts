import { type KernelChoices, readKernelChoices, writeKernelChoices } from '../../library/api.ts';

const key = 'draggan-webgpu tuning';

/** What this browser keeps of measurements; nothing where it has none, keeps nothing, or holds what is no tuning. */
export function readKeptChoices(): KernelChoices[] {
  try {
    return readKernelChoices(localStorage.getItem(key) ?? '');
  } catch {
    return [];
  }
}

/** Where the browser keeps nothing, or has no room, they last until the page is closed. */
export function keepChoices(kernelChoices: readonly KernelChoices[]): void {
  try {
    if (kernelChoices.length > 0) localStorage.setItem(key, writeKernelChoices(kernelChoices));
    else localStorage.removeItem(key);
  } catch {
    // As said above.
  }
}
