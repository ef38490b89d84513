import type { PointPair } from '../../library/api.ts';
import { Section } from '../dom/section.tsx';
import { clearPoints, removePoint } from '../state/commands.ts';
import type { Guide } from '../state/standing.ts';
import type { Store } from '../state/store.ts';
import type { View } from '../state/view.ts';
import { useDocument } from './use_document.ts';

interface Properties {
  readonly view: View;
  readonly store: Store | undefined;
  readonly guide: Guide | undefined;
}

/** The points as a list, each with a button that removes it. */
export function PointsSection({ view, store, guide }: Properties) {
  const points = useDocument(store, ({ points }) => points) ?? [];
  return (
    <Section
      name="points"
      title="Points"
      id="points-section"
      hidden={view.tool.value !== 'points'}
      action={
        <button
          id="clear-points"
          type="button"
          class="quiet"
          title="Remove all points"
          disabled={points.length === 0}
          onClick={() => {
            view.waitingForTarget.value = false;
            store?.do(clearPoints);
          }}
        >
          Clear
        </button>
      }
    >
      <ol id="points-list">
        {[...points.entries()].map(([index, pair]) => (
          <Row
            key={index}
            number={index + 1}
            pair={pair}
            note={guide?.notes.value[index]}
            remove={() => store?.do(removePoint(index))}
          />
        ))}
      </ol>
      <p id="points-hint" class="hint" hidden={!store || points.length > 1}>
        {points.length === 0
          ? (guide?.hint.value ?? '')
          : 'Pull a handle on, or move its target; arrow keys move what has the focus, Delete removes ' +
            'it. A double click pins a spot.'}
      </p>
    </Section>
  );
}

interface RowProperties {
  readonly number: number;
  readonly pair: PointPair;
  /** What is said of it. */
  readonly note: string | undefined;
  remove(): void;
}

const Row = ({ number, pair, note, remove }: RowProperties) => (
  <li>
    <b class="badge">{number}</b>
    <span>{[`${distance(pair).toFixed(1)} px to go`, note].filter(Boolean).join(', ')}</span>
    <button type="button" class="quiet" aria-label={`Remove point ${number}`} onClick={remove}>
      Remove
    </button>
  </li>
);

const distance = ({ handle, target }: PointPair): number =>
  Math.hypot(handle[0] - target[0], handle[1] - target[1]);
