import { Section } from '../dom/section.tsx';

/** What this machine can do. */
export function MachineSection() {
  return (
    <Section name="machine" title="This machine">
      <button id="benchmark-open" type="button" disabled>
        Benchmark this machine
      </button>
    </Section>
  );
}
