import type { PointPair } from '../../library/api.ts';
import { Section } from '../dom/section.tsx';
import { clearPoints, removePoint } from '../state/commands.ts';
import type { Store } from '../state/store.ts';
import type { View } from '../state/view.ts';
import { useDocument } from './use_document.ts';

interface Properties {
  readonly view: View;
  readonly store: Store | undefined;
}

/** The points as a list, each with a button that removes it. */
export function PointsSection({ view, store }: Properties) {
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
            remove={() => store?.do(removePoint(index))}
          />
        ))}
      </ol>
      <p id="points-hint" class="hint" hidden={!store || points.length > 1}>
        {points.length === 0
          ? 'Choose a spot that should move, then the place where it should go.'
          : 'Points can be dragged, or moved with the arrow keys; Delete removes one. ' +
            'A handle on its own target holds a spot in place.'}
      </p>
    </Section>
  );
}

interface RowProperties {
  readonly number: number;
  readonly pair: PointPair;
  remove(): void;
}

const Row = ({ number, pair, remove }: RowProperties) => (
  <li>
    <b class="badge">{number}</b>
    <span>{`${distance(pair).toFixed(1)} px to go`}</span>
    <button type="button" class="quiet" aria-label={`Remove point ${number}`} onClick={remove}>
      Remove
    </button>
  </li>
);

const distance = ({ handle, target }: PointPair): number =>
  Math.hypot(handle[0] - target[0], handle[1] - target[1]);
