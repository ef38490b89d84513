import { Section } from '../dom/section.tsx';

/** The options of a drag. */
export function OptionsSection() {
  return (
    <Section
      name="options"
      title="Options"
      id="options"
      action={
        <button id="defaults" type="button" class="quiet" disabled>
          Defaults
        </button>
      }
    >
      <div id="options-list" />
    </Section>
  );
}
