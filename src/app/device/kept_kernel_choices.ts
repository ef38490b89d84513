import { type KernelChoices, readKernelChoices, writeKernelChoices } from '../../library/api.ts';

const choicesKey = 'draggan-webgpu tuning';
const measuringKey = 'draggan-webgpu measuring';

/** The kernel choices that this browser keeps; none where it keeps nothing, or what it keeps cannot be read. */
export function readKeptChoices(): KernelChoices[] {
  try {
    return readKernelChoices(localStorage.getItem(choicesKey) ?? '');
  } catch {
    return [];
  }
}

/** Where the browser keeps nothing, or has no room, they last until the page is closed. */
export function keepChoices(kernelChoices: readonly KernelChoices[]): void {
  keep(choicesKey, kernelChoices.length > 0 ? writeKernelChoices(kernelChoices) : undefined);
}

/** Whether kernels are measured in the background, as a person last decided in this browser; else they are. */
export function readMeasures(): boolean {
  try {
    return localStorage.getItem(measuringKey) !== 'off';
  } catch {
    return true;
  }
}

/** Kept like the choices. */
export function keepMeasures(measures: boolean): void {
  keep(measuringKey, measures ? undefined : 'off');
}

function keep(key: string, text: string | undefined): void {
  try {
    if (text === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  } catch {
    // It lasts until the page is closed.
  }
}
