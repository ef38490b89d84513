import { Section } from '../dom/section.tsx';
import type { View } from '../state/view.ts';

/** How the picture is looked at. */
export function ViewSection({ view: { smooth } }: { readonly view: View }) {
  return (
    <Section name="view" title="View">
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
    </Section>
  );
}
