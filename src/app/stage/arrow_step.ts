import type { Point } from '../../library/api.ts';

const arrows: Readonly<Record<string, Point>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};
/** Image pixels of an arrow key with Shift. */
const longStep = 5;

/** The step that a key means, in image pixels. */
export function arrowStep({ key, shiftKey }: KeyboardEvent): Point | undefined {
  const step = arrows[key];
  return step && shiftKey ? [step[0] * longStep, step[1] * longStep] : step;
}
