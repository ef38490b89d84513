import { type Signal, useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { Dialog } from '../dom/dialog.tsx';
import { ProgressBar } from '../dom/progress_bar.tsx';
import { BenchmarkTables } from './benchmark_tables.tsx';
import type { Benchmarking } from './benchmarking.ts';

const shapes = [
  { value: 'demo', label: 'Demo' },
  { value: '256', label: '256²' },
  { value: '512', label: '512²' },
  { value: '1024', label: '1024²' },
];
const counts = ['1', '4', '16'].map((value) => ({ value, label: value }));

/** Measures this machine. The result can be copied and saved. */
export function BenchmarkDialog({ benchmarking }: { readonly benchmarking: Benchmarking }) {
  const { open, status, fraction, report } = benchmarking;
  const shape = useSignal<readonly string[]>(['demo']);
  const points = useSignal<readonly string[]>(['1']);
  const pictures = useRef<HTMLInputElement>(null);
  const seconds = useRef<HTMLInputElement>(null);
  const running = fraction.value !== undefined;

  const start = () => {
    const whole = pictures.current?.checked ?? false;
    if (shape.value.length === 0 || (points.value.length === 0 && !whole)) {
      status.value = 'Choose a network, and points or pictures.';
      return;
    }
    if (!seconds.current?.reportValidity()) return;
    void benchmarking.measure({
      shapes: shape.value,
      points: points.value.map(Number),
      pictures: whole,
      seconds: seconds.current.valueAsNumber,
    });
  };

  return (
    <Dialog id="benchmark" title="Benchmark this machine" open={open}>
      <p class="hint">
        Measures an iteration of a drag, over the cells that the points depend on (cone) and over
        whole feature maps (dense), and a picture beside a plain matrix product. Nothing leaves this
        machine.
      </p>
      <Choices
        name="benchmark-shape"
        title="Network: the demo model, or an official one’s size with random weights (up to 1 GB of memory)"
        choices={shapes}
        chosen={shape}
      />
      <Choices name="benchmark-points" title="Points at once" choices={counts} chosen={points} />
      <div class="row">
        <label class="check">
          <input id="benchmark-pictures" ref={pictures} type="checkbox" defaultChecked /> Whole
          pictures, too
        </label>
      </div>
      <div class="row">
        <label for="benchmark-seconds">Seconds for each</label>
        <input
          id="benchmark-seconds"
          ref={seconds}
          type="number"
          min="1"
          max="600"
          step="1"
          defaultValue="10"
          inputMode="numeric"
        />
      </div>
      <ProgressBar
        id="benchmark-progress"
        fraction={fraction.value ?? 0}
        of="benchmark-status"
        hidden={!running}
      />
      <p id="benchmark-status" role="status">
        {status}
      </p>
      <div id="benchmark-result">{report.value && <BenchmarkTables report={report.value} />}</div>
      <div class="row">
        <button
          id="benchmark-run"
          type="button"
          class="primary"
          autofocus
          onClick={() => (running ? benchmarking.cancel() : start())}
        >
          {running ? 'Cancel' : 'Start'}
        </button>
        <button
          id="benchmark-copy"
          type="button"
          disabled={!report.value}
          onClick={() => void benchmarking.copy()}
        >
          Copy
        </button>
        <button
          id="benchmark-save"
          type="button"
          disabled={!report.value}
          onClick={() => benchmarking.save()}
        >
          Save JSON
        </button>
        <button
          id="benchmark-close"
          type="button"
          class="quiet"
          onClick={() => {
            open.value = false;
          }}
        >
          Close
        </button>
      </div>
    </Dialog>
  );
}

interface ChoicesProperties {
  readonly name: string;
  readonly title: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  /** Values, in the order of `choices`. */
  readonly chosen: Signal<readonly string[]>;
}

/** Any number of some choices. */
function Choices({ name, title, choices, chosen }: ChoicesProperties) {
  const toggle = (toggled: string) => {
    const now = (value: string) => chosen.value.includes(value) !== (value === toggled);
    chosen.value = choices.map(({ value }) => value).filter(now);
  };
  return (
    <fieldset>
      <legend>{title}</legend>
      {choices.map(({ value, label }) => (
        <label key={value} class="check">
          <input
            type="checkbox"
            name={name}
            value={value}
            checked={chosen.value.includes(value)}
            onChange={() => toggle(value)}
          />{' '}
          {label}
        </label>
      ))}
    </fieldset>
  );
}
