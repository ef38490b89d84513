import type { ForwardReport } from '../../bench/forward.ts';
import type { IterationReport } from '../../bench/iteration_report.ts';
import type { MachineReport } from '../../bench/machine.ts';

/** What was measured, for a person. */
export function BenchmarkTables({ report }: { readonly report: MachineReport }) {
  const { adapter, iterations, pictures } = report;
  const name = [adapter.description || adapter.device, adapter.vendor, adapter.architecture];
  return (
    <>
      <p>{name.filter(Boolean).join(' · ')}</p>
      {iterations.length > 0 && (
        <Table
          head={['An iteration', 'cone', '95 %', 'dense', '95 %', 'faster']}
          rows={iterations.map(iterationRow)}
        />
      )}
      {pictures.length > 0 && (
        <Table
          head={['A picture', 'median', 'GFLOP/s', 'of a product']}
          rows={pictures.map(pictureRow)}
        />
      )}
    </>
  );
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

interface TableProperties {
  readonly head: readonly string[];
  /** Each as long as `head`; the first cell says what the row is. */
  readonly rows: readonly (readonly string[])[];
}

function Table({ head, rows }: TableProperties) {
  const columns = [...head.entries()];
  return (
    <table>
      <thead>
        <tr>
          {columns.map(([column, title]) => (
            <th key={column} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells) => (
          <tr key={cells[0]}>
            <th scope="row">{cells[0]}</th>
            {columns.slice(1).map(([column]) => (
              <td key={column}>{cells[column]}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
