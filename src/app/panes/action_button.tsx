import type { ComponentChildren } from 'preact';
import { type Action, type ActionContext, titleOf } from '../actions.ts';

interface Properties {
  readonly id: string;
  readonly action: Action;
  /** Undefined until there is something to act on. */
  readonly context: ActionContext | undefined;
  /** What the button says until then. */
  readonly label: string;
  /** Of a button that stays pressed. */
  readonly pressed?: boolean;
  readonly class?: string;
  /** Before the label. */
  readonly icon?: ComponentChildren;
}

/** A button that does what the table of actions says, while it says that it can be done. */
export function ActionButton({ id, action, context, label, pressed, icon, ...rest }: Properties) {
  return (
    <button
      id={id}
      type="button"
      class={rest.class}
      title={context && titleOf(action, context)}
      disabled={!context || !action.when(context)}
      aria-pressed={pressed}
      {...(context && listeners(action, context))}
    >
      {icon}
      {context ? action.label(context) : label}
    </button>
  );
}

function listeners(action: Action, context: ActionContext) {
  const begin = () => action.do(context);
  if (!action.end)
    return {
      onClick({ detail }: MouseEvent) {
        if (detail < 2 || !action.oneClick) begin();
      },
    };
  const end = () => action.end?.(context);
  return {
    onPointerDown: begin,
    onPointerUp: end,
    onPointerLeave: end,
    onPointerCancel: end,
    onBlur: end,
    onKeyDown({ key }: KeyboardEvent) {
      if (key === 'Enter' || key === ' ') begin();
    },
    onKeyUp: end,
    onContextMenu: (event: Event) => event.preventDefault(),
  };
}
