import { Section } from '../dom/section.tsx';

/** Which kernels were measured to be the fastest here. */
export function KernelsSection() {
  return (
    <Section
      name="engine"
      title="Engine"
      action={
        <button id="tune" type="button" class="quiet" disabled>
          Tune again
        </button>
      }
    >
      <p id="tuning-status" class="hint" />
      <div class="row">
        <button id="tuning-export" type="button" class="quiet" disabled>
          Export
        </button>
        <button id="tuning-import" type="button" class="quiet" disabled>
          Import
        </button>
        <button id="tuning-reset" type="button" class="quiet" disabled>
          Reset
        </button>
      </div>
      <input
        id="tuning-file"
        type="file"
        accept=".json,application/json"
        aria-label="A tuning to import"
        hidden
      />
    </Section>
  );
}
