import { describe } from '../state/describe.ts';
import type { View } from '../state/view.ts';
import { remedies } from './failure.ts';

/** In the page's place where it cannot run: why, and what to do about it. */
export function FailureNotice({ view }: { readonly view: View }) {
  const error = view.failure.value;
  const failed = error !== undefined;
  return (
    <section id="failure" role="alert" hidden={!failed}>
      <h1>This page cannot run here</h1>
      <p id="failure-what">{failed && describe(error)}</p>
      <ul id="failure-remedies">
        {failed && remedies(error).map((remedy) => <li key={remedy}>{remedy}</li>)}
      </ul>
      <button id="reload" type="button" class="primary" onClick={() => location.reload()}>
        Try again
      </button>
    </section>
  );
}
