import { type ActionContext, actions } from '../actions.ts';
import { Section } from '../dom/section.tsx';
import type { SessionKeeper } from '../files/session_keeper.ts';
import type { View } from '../state/view.ts';
import { ActionButton } from './action_button.tsx';

interface Properties {
  readonly view: View;
  readonly context: ActionContext | undefined;
  readonly keeper: SessionKeeper | undefined;
}

/** How the picture is looked at. */
export function ViewSection({ view: { smooth, maskShown, keeps }, context, keeper }: Properties) {
  const zoom = context?.stage.zoom.value ?? 1;
  return (
    <Section
      name="view"
      title="View"
      action={
        <ActionButton
          id="help"
          action={actions.help}
          label="Keys and gestures"
          class="quiet"
          context={context}
        />
      }
    >
      <div class="row zoom">
        <ActionButton id="zoom-out" action={actions.zoomOut} label="−" context={context} />
        <ActionButton id="zoom-fit" action={actions.fit} label="Fit" context={context} />
        <ActionButton id="zoom-actual" action={actions.actual} label="100 %" context={context} />
        <ActionButton id="zoom-in" action={actions.zoomIn} label="+" context={context} />
        <output id="zoom">{`${zoom.toFixed(zoom < 2 ? 2 : 1)} ×`}</output>
      </div>
      <label class="check">
        <input
          id="smooth"
          type="checkbox"
          checked={smooth.value}
          onChange={({ currentTarget }) => {
            smooth.value = currentTarget.checked;
          }}
        />{' '}
        Smooth between pixels
      </label>
      <label class="check">
        <input
          id="mask-shown"
          type="checkbox"
          checked={maskShown.value}
          onChange={({ currentTarget }) => {
            maskShown.value = currentTarget.checked;
          }}
        />{' '}
        Show the mask
      </label>
      <label class="check">
        <input
          id="keeps"
          type="checkbox"
          checked={keeps.value}
          disabled={!keeper}
          onChange={({ currentTarget }) => {
            void keeper?.set(currentTarget.checked);
            currentTarget.checked = keeps.peek();
          }}
        />{' '}
        Keep the edit in this browser
      </label>
    </Section>
  );
}
