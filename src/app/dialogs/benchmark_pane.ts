import type { ForwardReport } from '../../bench/forward.ts';
import type { IterationReport } from '../../bench/iteration_report.ts';
import type { MachineReport } from '../../bench/machine.ts';
import { box, button, element, field, make } from '../dom/elements.ts';
import { saveFile } from '../files/save.ts';
import { describe } from '../state/describe.ts';
import type { BenchmarkChoice, BenchmarkMaterials } from './benchmark.ts';

/** Measures this machine in a dialogue, and gives the result to be copied or saved. */
export class BenchmarkPane {
  readonly #dialog = element('benchmark', HTMLDialogElement);
  readonly #run = button('benchmark-run');
  readonly #status = box('benchmark-status');
  readonly #bar = element('benchmark-progress', HTMLProgressElement);
  readonly #result = box('benchmark-result');
  readonly #materials: () => BenchmarkMaterials;
  #report: MachineReport | undefined;
  #running: AbortController | undefined;

  /** @param opened called before anything is measured: nothing else may use the adapter meanwhile */
  constructor(materials: () => BenchmarkMaterials, opened: () => void) {
    this.#materials = materials;
    const open = button('benchmark-open');
    open.disabled = false;
    open.addEventListener('click', () => {
      opened();
      this.#dialog.showModal();
    });
    this.#run.addEventListener('click', () => {
      if (this.#running) this.#running.abort(new DOMException('Cancelled.', 'AbortError'));
      else void this.#measure();
    });
    button('benchmark-close').addEventListener('click', () => this.#dialog.close());
    this.#dialog.addEventListener('close', () =>
      this.#running?.abort(new DOMException('Cancelled.', 'AbortError')),
    );
    button('benchmark-copy').addEventListener('click', () => void this.#copy());
    button('benchmark-save').addEventListener('click', () => {
      if (this.#report)
        saveFile(new Blob([text(this.#report)], { type: 'application/json' }), fileName);
    });
  }

  async #measure(): Promise<void> {
    const choice = this.#choice();
    if (!choice) return;
    this.#running = new AbortController();
    this.#run.textContent = 'Cancel';
    this.#bar.hidden = false;
    this.#result.replaceChildren();
    this.#offer(undefined);
    try {
      // The benches are loaded only by those who want them.
      const { benchmark } = await import('./benchmark.ts');
      const { signal } = this.#running;
      const report = await benchmark(this.#materials(), { ...choice, signal }, (fraction, what) => {
        this.#status.textContent = what;
        this.#bar.value = fraction ?? 0;
      });
      this.#result.replaceChildren(...tables(report));
      this.#offer(report);
      const { failed } = report;
      this.#status.textContent = ['Done.', ...failed.map((f) => `${f.what}: ${f.reason}`)].join(
        ' ',
      );
    } catch (error) {
      this.#status.textContent = describe(error);
    } finally {
      this.#running = undefined;
      this.#run.textContent = 'Start';
      this.#bar.hidden = true;
    }
  }

  #choice(): BenchmarkChoice | undefined {
    const chosen = (name: string) =>
      [...this.#dialog.querySelectorAll<HTMLInputElement>(`input[name="${name}"]:checked`)].map(
        ({ value }) => value,
      );
    const shapes = chosen('benchmark-shape');
    const points = chosen('benchmark-points').map(Number);
    const seconds = field('benchmark-seconds');
    const pictures = field('benchmark-pictures').checked;
    if (shapes.length === 0 || (points.length === 0 && !pictures)) {
      this.#status.textContent = 'Choose a network, and points or pictures.';
      return undefined;
    }
    if (!seconds.reportValidity()) return undefined;
    return { shapes, points, pictures, seconds: seconds.valueAsNumber };
  }

  #offer(report: MachineReport | undefined): void {
    this.#report = report;
    for (const id of ['benchmark-copy', 'benchmark-save']) button(id).disabled = !report;
  }

  async #copy(): Promise<void> {
    if (!this.#report) return;
    try {
      await navigator.clipboard.writeText(text(this.#report));
      this.#status.textContent = 'Copied.';
    } catch (error) {
      this.#status.textContent = `The browser does not let this page copy: ${describe(error)}`;
    }
  }
}

const fileName = 'draggan-benchmark.json';

const text = (report: MachineReport): string => JSON.stringify(report, null, 1);

function tables({ adapter, iterations, pictures }: MachineReport): HTMLElement[] {
  const name = [adapter.description || adapter.device, adapter.vendor, adapter.architecture];
  const shown: HTMLElement[] = [make('p', {}, name.filter(Boolean).join(' · '))];
  if (iterations.length > 0)
    shown.push(
      table(
        ['An iteration', 'cone', '95 %', 'dense', '95 %', 'faster'],
        iterations.map(iterationRow),
      ),
    );
  if (pictures.length > 0)
    shown.push(table(['A picture', 'median', 'GFLOP/s', 'of a product'], pictures.map(pictureRow)));
  return shown;
}

const iterationRow = ({ shape, points, cone, dense, speedup }: IterationReport): string[] => [
  `${shape}, ${points} point${points === 1 ? '' : 's'}`,
  milliseconds(cone.median_ms),
  milliseconds(cone.p95_ms),
  milliseconds(dense.median_ms),
  milliseconds(dense.p95_ms),
  `${short(speedup)} ×`,
];

const pictureRow = ({ shape, forward, fraction }: ForwardReport): string[] => [
  shape,
  milliseconds(forward.median_ms),
  short(forward.flops_per_second / 1e9),
  short(fraction),
];

/** Three digits are as many as mean something. */
const short = (value: number): string => String(Number(value.toPrecision(3)));
const milliseconds = (value: number): string => `${short(value)} ms`;

function table(head: readonly string[], rows: readonly string[][]): HTMLTableElement {
  const row = ([first, ...rest]: readonly string[], kind: 'td' | 'th') =>
    make(
      'tr',
      {},
      make('th', { scope: kind === 'th' ? 'col' : 'row' }, first),
      ...rest.map((cell) => make(kind, kind === 'th' ? { scope: 'col' } : {}, cell)),
    );
  return make(
    'table',
    {},
    make('thead', {}, row(head, 'th')),
    make('tbody', {}, ...rows.map((cells) => row(cells, 'td'))),
  );
}
