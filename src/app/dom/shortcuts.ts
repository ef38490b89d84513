/** What keys do wherever the focus is, except in fields. */
export interface Commands {
  toggleRun(): void;
  stop(): void;
  undo(): void;
  redo(): void;
  save(): void;
  compare(shown: boolean): void;
  choose(tool: 'points' | 'mask'): void;
  brush(factor: number): void;
}

/** One press of [ or ] changes the brush by this factor. */
const brushStep = 1.2;

export function listenForShortcuts(commands: Commands): void {
  document.addEventListener('keydown', (event) => {
    // A dialogue has the keyboard to itself.
    if (document.querySelector('dialog[open]')) return;
    if (event.altKey || event.defaultPrevented || takesText(event.target)) return;
    const command = event.ctrlKey || event.metaKey ? chord(event, commands) : key(event, commands);
    if (!command) return;
    event.preventDefault();
    if (!event.repeat || command.repeats) command.do();
  });
  document.addEventListener('keyup', ({ key }) => {
    if (key.toLowerCase() === 'c') commands.compare(false);
  });
  // A button that was clicked would keep the focus, and Space would press it again instead of starting the run.
  document.addEventListener('click', ({ detail, target }) => {
    const pressed = target instanceof Element ? target.closest('button') : null;
    if (detail > 0 && pressed && !pressed.closest('#stage')) pressed.blur();
  });
}

interface Command {
  readonly do: () => void;
  readonly repeats?: true;
}

function chord(event: KeyboardEvent, commands: Commands): Command | undefined {
  switch (event.key.toLowerCase()) {
    case 'z':
      return { do: event.shiftKey ? commands.redo : commands.undo, repeats: true };
    case 'y':
      return { do: commands.redo, repeats: true };
    case 's':
      return { do: commands.save };
    default:
      return undefined;
  }
}

function key(event: KeyboardEvent, commands: Commands): Command | undefined {
  switch (event.key.toLowerCase()) {
    case ' ':
      // A button that the keyboard reached is pressed by Space, as everywhere; points and the cursor have no use for it.
      return pressesByKeyboard(event.target) ? undefined : { do: commands.toggleRun };
    case 'escape':
      return { do: commands.stop };
    case 'c':
      return { do: () => commands.compare(true) };
    case 'p':
      return { do: () => commands.choose('points') };
    case 'm':
      return { do: () => commands.choose('mask') };
    case '[':
      return { do: () => commands.brush(1 / brushStep), repeats: true };
    case ']':
      return { do: () => commands.brush(brushStep), repeats: true };
    default:
      return undefined;
  }
}

function takesText(target: EventTarget | null): boolean {
  if (target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !['range', 'checkbox'].includes(target.type);
}

function pressesByKeyboard(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return target.type === 'checkbox';
  return target instanceof HTMLButtonElement && !target.closest('#stage');
}
