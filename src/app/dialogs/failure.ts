import {
  DeviceLimitError,
  FormatError,
  NoAdapterError,
  UnsupportedModelError,
} from '../../library/api.ts';
import { box, button, make } from '../dom/elements.ts';
import { describe } from '../state/describe.ts';

/** This browser has no WebGPU at all. */
export class NoWebGpuError extends Error {
  constructor() {
    super('This browser has no WebGPU, and every picture here is computed with it.');
    this.name = 'NoWebGpuError';
  }
}

const browsers =
  'Browsers with WebGPU: Chrome and Edge from 113 (Android 121; Linux 144, or with chrome://flags/#enable-unsafe-webgpu), Safari from 26, Firefox from 141 on Windows and 145 on a Mac.';

/** Puts the reason and what to do about it in the page's place. */
export function showFailure(error: unknown): void {
  console.warn(error);
  document.body.dataset.state = 'error';
  box('failure-what').textContent = describe(error);
  box('failure-remedies').replaceChildren(...remedies(error).map((text) => make('li', {}, text)));
  box('failure').hidden = false;
  button('reload').onclick = () => location.reload();
}

function remedies(error: unknown): string[] {
  if (error instanceof NoWebGpuError) {
    const insecure =
      'WebGPU is there on secure pages only: open this one over https, or from localhost.';
    return isSecureContext ? [browsers] : [insecure, browsers];
  }
  if (error instanceof NoAdapterError)
    return [
      'See that hardware acceleration is switched on in the browser’s settings, and restart it.',
      'Update the graphics driver; chrome://gpu says whether the browser blocks it.',
      browsers,
    ];
  if (error instanceof DeviceLimitError)
    return [
      'Close other pages that use the graphics card.',
      'Use a machine with a larger card, or a model with fewer channels.',
    ];
  if (error instanceof FormatError || error instanceof UnsupportedModelError)
    return ['The model’s file is broken or of another kind: fetch it again.'];
  return ['Try again. If it stays so, the line above says what to report.'];
}
