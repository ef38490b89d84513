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
  if (view.running.value || !context || !hasRun(context)) return null;
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

/** Whether a run has led to the picture, or through it: at the run's beginning, too, the way forth is offered. */
function hasRun({ store, editor: { lookingBack, trail } }: ActionContext): boolean {
  const document = lookingBack.wanted.value ?? store.document.value;
  return document.ws !== document.initial.ws || trail.leadsFrom(document);
}
