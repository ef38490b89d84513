import { type ActionContext, actions } from '../actions.ts';
import type { View } from '../state/view.ts';
import { ActionButton } from './action_button.tsx';
import { icons } from './icons.tsx';

interface Properties {
  readonly view: View;
  readonly context: ActionContext | undefined;
}

/** The tools, and what can be done with the whole picture. */
export function ToolsBar({ view, context }: Properties) {
  const tool = view.tool.value;
  return (
    <nav class="tools" aria-label="Tools">
      <ActionButton
        id="tool-points"
        action={actions.points}
        label="Points"
        icon={icons.points}
        pressed={tool === 'points'}
        context={context}
      />
      <ActionButton
        id="tool-mask"
        action={actions.mask}
        label="Mask"
        icon={icons.mask}
        pressed={tool === 'mask'}
        context={context}
      />
      <hr />
      <ActionButton
        id="undo"
        action={actions.undo}
        label="Undo"
        icon={icons.undo}
        context={context}
      />
      <ActionButton
        id="redo"
        action={actions.redo}
        label="Redo"
        icon={icons.redo}
        context={context}
      />
      <ActionButton
        id="reset"
        action={actions.reset}
        label="Reset"
        icon={icons.reset}
        context={context}
      />
      <hr />
      <ActionButton
        id="compare"
        action={actions.compare}
        label="Compare"
        icon={icons.compare}
        pressed={view.comparing.value}
        context={context}
      />
      <ActionButton
        id="save"
        action={actions.save}
        label="Save"
        icon={icons.save}
        context={context}
      />
    </nav>
  );
}
