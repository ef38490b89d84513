import type { ReadonlySignal } from '@preact/signals';
import { ProgressBar } from '../dom/progress_bar.tsx';

/** One stage of what comes before the first picture. */
export interface Waiting {
  readonly what: string;
  /** Of this stage; undefined where nobody knows. */
  readonly fraction: number | undefined;
}

/** What is being waited for, over the place where the picture will be; gone where nothing is. */
export function LoadingPanel({
  waiting,
}: {
  readonly waiting: ReadonlySignal<Waiting | undefined>;
}) {
  const { what, fraction } = waiting.value ?? { what: '', fraction: undefined };
  return (
    <div id="loading" hidden={waiting.value === undefined}>
      <p id="loading-what">{what}</p>
      <ProgressBar id="progress" fraction={fraction} of="loading-what" />
    </div>
  );
}
