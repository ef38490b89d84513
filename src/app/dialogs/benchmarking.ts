import { effect, signal } from '@preact/signals';
import type { MachineReport } from '../../bench/machine.ts';
import { saveFile } from '../files/save.ts';
import { describe } from '../state/describe.ts';
import type { BenchmarkChoice, BenchmarkMaterials } from './benchmark.ts';

const fileName = 'draggan-benchmark.json';
const cancelled = (): DOMException => new DOMException('Cancelled.', 'AbortError');

/** A benchmark of this machine, from its dialog's opening on: what is measured, how far it is, and what came of it. */
export class Benchmarking {
  readonly open = signal(false);
  readonly status = signal('');
  /** Of what is being measured; undefined where nothing is. */
  readonly fraction = signal<number | undefined>(undefined);
  readonly report = signal<MachineReport | undefined>(undefined);
  readonly #materials: () => BenchmarkMaterials;
  readonly #opened: () => void;
  #running: AbortController | undefined;

  /** @param opened called before anything is measured: nothing else may use the adapter meanwhile */
  constructor(materials: () => BenchmarkMaterials, opened: () => void) {
    this.#materials = materials;
    this.#opened = opened;
    effect(() => {
      if (!this.open.value) this.cancel();
    });
  }

  show(): void {
    this.#opened();
    this.open.value = true;
  }

  cancel(): void {
    this.#running?.abort(cancelled());
  }

  async measure(choice: BenchmarkChoice): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    this.fraction.value = 0;
    this.report.value = undefined;
    try {
      // The benches are loaded only by those who want them.
      const { benchmark } = await import('./benchmark.ts');
      const { signal } = running;
      const report = await benchmark(this.#materials(), { ...choice, signal }, (fraction, what) => {
        this.status.value = what;
        this.fraction.value = fraction ?? 0;
      });
      this.report.value = report;
      const failures = report.failed.map(({ what, reason }) => `${what}: ${reason}`);
      this.status.value = ['Done.', ...failures].join(' ');
    } catch (error) {
      this.status.value = describe(error);
    } finally {
      this.#running = undefined;
      this.fraction.value = undefined;
    }
  }

  async copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.#text);
      this.status.value = 'Copied.';
    } catch (error) {
      this.status.value = `The browser does not let this page copy: ${describe(error)}`;
    }
  }

  save(): void {
    saveFile(new Blob([this.#text], { type: 'application/json' }), fileName);
  }

  get #text(): string {
    return JSON.stringify(this.report.peek(), null, 1);
  }
}
