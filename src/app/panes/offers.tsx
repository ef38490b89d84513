import { type ActionContext, actions } from '../actions.ts';
import type { View } from '../state/view.ts';
import { ActionButton } from './action_button.tsx';
import { RunScrubber } from './run_scrubber.tsx';

interface Properties {
  readonly view: View;
  readonly context: ActionContext | undefined;
}

/** What can be done with what a run has made, besides running further. */
export function Offers({ view, context }: Properties) {
  if (view.running.value || !context || !isEdited(context)) return null;
  return (
    <div class="offers">
      <ActionButton
        id="compare-slider"
        action={actions.slide}
        label="Before and after"
        pressed={view.split.value}
        context={context}
      />
      <ActionButton id="save-offer" action={actions.save} label="Save" context={context} />
      <RunScrubber view={view} editor={context.editor} />
    </div>
  );
}

/** Whether the picture is another one than was generated. */
function isEdited({ store }: ActionContext): boolean {
  const { ws, initial } = store.document.value;
  return ws !== initial.ws;
}
