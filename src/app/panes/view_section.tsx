import { Section } from '../dom/section.tsx';

/** How the picture is looked at. */
export function ViewSection() {
  return (
    <Section name="view" title="View">
      <label class="check">
        <input id="smooth" type="checkbox" checked /> Smooth between pixels
      </label>
    </Section>
  );
}
