import { Section } from '../dom/section.tsx';

/** The pairs as a list, each with a way to remove it that needs no keyboard. */
export function PointsSection() {
  return (
    <Section
      name="points"
      title="Points"
      id="points-section"
      action={
        <button id="clear-points" type="button" class="quiet" disabled>
          Clear
        </button>
      }
    >
      <ol id="points-list" />
      <p id="points-hint" class="hint">
        Choose a spot that should move, then the place where it should go.
      </p>
    </Section>
  );
}
