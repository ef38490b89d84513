import { Section } from '../dom/section.tsx';

interface Properties {
  /** Undefined until nothing comes in its way. */
  readonly benchmark: (() => void) | undefined;
}

/** What this machine can do. */
export function MachineSection({ benchmark }: Properties) {
  return (
    <Section name="machine" title="This machine">
      <button id="benchmark-open" type="button" disabled={!benchmark} onClick={benchmark}>
        Benchmark this machine
      </button>
    </Section>
  );
}
