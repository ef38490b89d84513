import { useRef } from 'preact/hooks';
import { FileField } from '../dom/file_field.tsx';
import { Section } from '../dom/section.tsx';
import type { Autotuning } from './autotuning.ts';

/** Which kernels were measured to be the fastest here. */
export function KernelsSection({ autotuning }: { readonly autotuning: Autotuning | undefined }) {
  const file = useRef<HTMLInputElement>(null);
  return (
    <Section
      name="engine"
      title="Engine"
      action={
        <button
          id="autotune"
          type="button"
          class="quiet"
          title="Forget what was measured, and measure all kernels again"
          disabled={!autotuning}
          onClick={() => void autotuning?.again()}
        >
          Measure again
        </button>
      }
    >
      <p id="autotune-status" class="hint">
        {autotuning?.status}
      </p>
      <div class="row">
        <button
          id="autotune-export"
          type="button"
          class="quiet"
          title="Save the measured choice of kernels as a file"
          disabled={!autotuning}
          onClick={() => autotuning?.save()}
        >
          Export
        </button>
        <button
          id="autotune-import"
          type="button"
          class="quiet"
          title="Open a file with a choice of kernels"
          disabled={!autotuning}
          onClick={() => file.current?.click()}
        >
          Import
        </button>
        <button
          id="autotune-reset"
          type="button"
          class="quiet"
          title="Go back to the kernels that suit any adapter"
          disabled={!autotuning}
          onClick={() => void autotuning?.reset()}
        >
          Reset
        </button>
      </div>
      <FileField
        id="autotune-file"
        label="A choice of kernels to open"
        accept=".json,application/json"
        field={file}
        chosen={(chosen) => void autotuning?.take(chosen)}
      />
    </Section>
  );
}
