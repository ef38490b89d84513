import {
  DeviceLimitError,
  FormatError,
  NoAdapterError,
  UnsupportedModelError,
} from '../../library/api.ts';

/** This browser has no WebGPU at all. */
export class NoWebGpuError extends Error {
  constructor() {
    super('This browser has no WebGPU, and every picture here is computed with it.');
    this.name = 'NoWebGpuError';
  }
}

/** The graphics device was lost, and its replacement soon after it. */
export class DeviceLostAgainError extends Error {
  /** @param reason the browser's; empty where it gives none */
  constructor(reason: string) {
    super(`The graphics device was lost again and again${inBrackets(reason)}.`);
    this.name = 'DeviceLostAgainError';
  }
}

/** The browser's reason after other words: it is a sentence, or nothing. */
export const inBrackets = (reason: string): string => reason && ` (${reason.replace(/\.$/, '')})`;

const browsers =
  'Browsers with WebGPU: Chrome and Edge from 113 (Android 121; Linux 144, or with ' +
  'chrome://flags/#enable-unsafe-webgpu), Safari from 26, Firefox from 141 on Windows and 145 on a Mac.';

/** What to do about it, the most likely first. */
export function remedies(error: unknown): string[] {
  if (error instanceof NoWebGpuError) {
    const insecure =
      'WebGPU is there on secure pages only: open this one over https, or from localhost.';
    return isSecureContext ? [browsers] : [insecure, browsers];
  }
  if (error instanceof NoAdapterError)
    return [
      'Check that hardware acceleration is switched on in the browser’s settings, and restart the browser.',
      'Update the graphics driver; chrome://gpu says whether the browser blocks it.',
      browsers,
    ];
  if (error instanceof DeviceLostAgainError)
    return [
      'Close other pages and programs that use the graphics card, then try again.',
      'Update the graphics driver, and restart the computer.',
      'If it happens with one model alone, it may be too large: reload this page, and open a smaller one.',
    ];
  if (error instanceof DeviceLimitError)
    return [
      'Close other pages that use the graphics card.',
      'Use a machine with a larger card, or a model with fewer channels.',
    ];
  if (error instanceof FormatError || error instanceof UnsupportedModelError)
    return ['The model’s file is broken or of another kind: fetch it again.'];
  return ['Try again. If it fails again, report the line above.'];
}
