import { effect } from '@preact/signals';
import { box } from '../dom/elements.ts';
import { iterationsDone } from '../run_progress.ts';
import type { View } from '../state/view.ts';

/** The line under the picture: counters of the run, and what the page has to say. Nothing goes only to the console. */
export function showStatus(view: View): void {
  const [message, announcer] = [box('status'), box('announcer')];
  const [iteration, distance, loss, pace] = ['iteration', 'distance', 'loss', 'pace'].map(box);
  effect(() => {
    message.dataset.kind = view.status.value.kind;
    message.textContent = view.status.value.text;
  });
  effect(() => {
    announcer.textContent = view.announcement.value;
  });
  effect(() => {
    const last = view.iteration.value;
    iteration.textContent = last ? String(iterationsDone(last)) : '–';
    distance.textContent = last ? last.distance.toFixed(1) : '–';
    // One that arrives makes no step, and has no loss.
    if (!last) loss.textContent = '–';
    else if (!last.arrived) loss.textContent = (last.lossMotion + last.lossMask).toPrecision(3);
  });
  effect(() => {
    const milliseconds = view.pace.value;
    pace.textContent = milliseconds?.toFixed(milliseconds < 10 ? 1 : 0) ?? '–';
  });
}
