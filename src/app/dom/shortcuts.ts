import { type Action, type ActionContext, actions } from '../actions.ts';

const table: readonly Action[] = Object.values(actions);

/** Has the keys of the table of actions do them wherever the focus is, except in fields and dialogs. */
export function listenForShortcuts(context: ActionContext): void {
  document.addEventListener('keydown', (event) => {
    // A dialog has the keyboard to itself, and where the page cannot go on there is nothing to do.
    if (document.querySelector('dialog[open]') || context.view.failure.peek()) return;
    if (event.altKey || event.defaultPrevented || takesText(event.target)) return;
    const action = actionOf(event);
    // A button that the keyboard reached is pressed by Space, as everywhere; points and the cursor have no use for it.
    if (!action || (event.key === ' ' && pressesByKeyboard(event.target))) return;
    event.preventDefault();
    if (event.repeat && !action.repeats) return;
    if (action.when(context)) action.do(context);
    else action.otherwise?.(context);
  });
  document.addEventListener('keyup', ({ key }) => {
    const name = keyName(key);
    for (const action of table) if (action.end && action.keys.includes(name)) action.end(context);
  });
  // A button that was clicked would keep the focus, and Space would press it again instead of starting the run.
  document.addEventListener('click', ({ detail, target }) => {
    const pressed = target instanceof Element ? target.closest('button') : null;
    if (detail > 0 && pressed && !pressed.closest('#stage')) pressed.blur();
  });
}

/** What a key does. Shift matters only where two actions share the key. */
function actionOf({ key, ctrlKey, metaKey, shiftKey }: KeyboardEvent): Action | undefined {
  const chord = ctrlKey || metaKey ? 'Ctrl+' : '';
  const name = keyName(key);
  const withShift = shiftKey ? `${chord}Shift+${name}` : undefined;
  const doing = (keys: string | undefined): Action | undefined =>
    table.find((action) => keys !== undefined && action.keys.includes(keys));
  return doing(withShift) ?? doing(`${chord}${name}`);
}

/** A key as the table prints it. */
const keyName = (key: string): string =>
  key === ' ' ? 'Space' : key.length === 1 ? key.toUpperCase() : key;

function takesText(target: EventTarget | null): boolean {
  if (target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !['range', 'checkbox'].includes(target.type);
}

function pressesByKeyboard(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return target.type === 'checkbox';
  return target instanceof HTMLButtonElement && !target.closest('#stage');
}
