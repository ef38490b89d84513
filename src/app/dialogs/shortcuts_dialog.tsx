import { type Action, actions } from '../actions.ts';
import { Dialog } from '../dom/dialog.tsx';
import type { View } from '../state/view.ts';

interface Line {
  readonly keys: readonly string[];
  readonly what: string;
}

/** What the pointer and the focus do, which is in no table of actions. */
const onThePicture: readonly Line[] = [
  { keys: ['Pull'], what: 'Pull a spot, or a handle: the picture follows. Esc puts it back' },
  { keys: ['Click', 'Click'], what: 'A spot, then the place where it should go; Start moves it' },
  { keys: ['Double click'], what: 'Pin a spot: it stays where it is' },
  { keys: ['Shift', 'Pull'], what: 'Put a handle onto another spot' },
  { keys: ['Wheel', 'Two fingers'], what: 'Enlarge the picture, and move it' },
  { keys: ['Arrows'], what: 'Move the cursor over the picture, or the point that has the focus' },
  { keys: ['Shift', 'Arrows'], what: 'The same by five pixels' },
  { keys: ['Enter'], what: 'Place a point at the cursor, or paint there' },
  { keys: ['P'], what: 'On the cursor or a point: pin it' },
  { keys: ['Delete'], what: 'Remove the point that has the focus' },
];

const table: readonly Action[] = Object.values(actions);

/** What every key does, and what the pointer does on the picture. */
export function ShortcutsDialog({ view }: { readonly view: View }) {
  const keyed: Line[] = table.flatMap(({ keys, what }) =>
    keys.length > 0 ? [{ keys, what }] : [],
  );
  return (
    <Dialog id="shortcuts" title="Keys and gestures" open={view.helping}>
      <div class="sheets">
        <Sheet title="On the picture" lines={onThePicture} joined=" " />
        <Sheet title="Keys" lines={keyed} joined=" or " />
      </div>
      <button
        id="shortcuts-close"
        type="button"
        onClick={() => {
          view.helping.value = false;
        }}
      >
        Close
      </button>
    </Dialog>
  );
}

interface SheetProperties {
  readonly title: string;
  readonly lines: readonly Line[];
  /** What stands between keys. */
  readonly joined: string;
}

const Sheet = ({ title, lines, joined }: SheetProperties) => (
  <section aria-label={title}>
    <h2>{title}</h2>
    <dl class="keys">
      {lines.map(({ keys, what }) => (
        <div key={what}>
          <dt>
            {keys.flatMap((key, at) => [
              at > 0 ? joined : '',
              <kbd key={key + String(at)}>{key}</kbd>,
            ])}
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
  </section>
);
