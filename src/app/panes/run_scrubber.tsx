import type { Editor } from '../editor.ts';
import { iterationsOf } from '../state/run_trail.ts';
import type { View } from '../state/view.ts';

interface Properties {
  readonly view: View;
  readonly editor: Editor;
}

/** Back through the iterations of the last run, and forth again. */
export function RunScrubber({ view, editor }: Properties) {
  if (view.running.value) return null;
  const { trail, store, lookingBack } = editor;
  const last = trail.documents.value.length - 1;
  const wanted = lookingBack.wanted.value ?? store.document.value;
  const at = trail.indexOf(wanted);
  if (!trail.leadsFrom(wanted)) return null;
  const iteration = iterationsOf(wanted);
  return (
    <div class="scrubber">
      <label for="scrubber">Back through the run</label>
      <input
        id="scrubber"
        type="range"
        min="0"
        max={last}
        step="1"
        value={at}
        aria-valuetext={`iteration ${iteration}`}
        onInput={({ currentTarget }) =>
          lookingBack.goAlong(trail.documents.peek()[Number(currentTarget.value)])
        }
      />
      <output for="scrubber">{iteration}</output>
    </div>
  );
}
