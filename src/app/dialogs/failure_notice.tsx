import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { describe } from '../state/describe.ts';
import type { View } from '../state/view.ts';
import { remedies } from './failure.ts';

/** In the page's place where it cannot go on: why, and what to do about it. */
export function FailureNotice({ view }: { readonly view: View }) {
  const tryAgain = useRef<HTMLButtonElement>(null);
  useSignalEffect(() => {
    // What had the focus lies under the notice.
    if (view.failure.value) requestAnimationFrame(() => tryAgain.current?.focus());
  });
  const failure = view.failure.value;
  const retry = failure?.retry;
  return (
    <section id="failure" role="alert" hidden={!failure}>
      <h1>{retry ? 'This page cannot go on' : 'This page cannot run here'}</h1>
      <p id="failure-what">{failure && describe(failure.error)}</p>
      <ul id="failure-remedies">
        {failure && remedies(failure.error).map((remedy) => <li key={remedy}>{remedy}</li>)}
      </ul>
      {retry && (
        <p>
          Your picture, its points and all steps are still here: trying again goes on with them.
        </p>
      )}
      <button
        id="reload"
        ref={tryAgain}
        type="button"
        class="primary"
        onClick={retry ?? (() => location.reload())}
      >
        Try again
      </button>
    </section>
  );
}
