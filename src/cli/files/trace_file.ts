import type { DragOptions } from '../../drag/options.ts';
import type { IterationTrace } from '../../drag/session.ts';
import { type WritableTensor, writeSafetensors } from '../../formats/safetensors.ts';

/** Collects a drag's iterations and lays them out as a safetensors file, a row an iteration. */
export class DragTrace {
  private readonly rows: IterationTrace[] = [];

  /** @param wsShape [num_ws, w_dim] @param space in W+ gradients have all rows of ws, in W one, else the coordinates */
  constructor(
    private readonly wsShape: readonly [number, number],
    private readonly space: DragOptions['space'],
    private readonly pointCount: number,
  ) {}

  add(row: IterationTrace): void {
    this.rows.push(row);
  }

  /**
   * `ws` (n, 1, num_ws, w_dim) before each iteration's step, `points` (n, points, 2) after its tracking, `loss_motion`
   * and `loss_mask` (n), `grad` (n, 1, num_ws, w_dim), (n, 1, w_dim) in W, (n, 1, coordinates) in `z` and
   * `principal`.
   */
  encode(): Uint8Array {
    const { rows } = this;
    const n = rows.length;
    const length = rows[0]?.gradient.length ?? 0;
    const gradientShape = this.space === 'w+' ? this.wsShape : [length];
    const points = rows.flatMap((row) => row.points.flat());
    return writeSafetensors(
      new Map<string, WritableTensor>([
        ['ws', { shape: [n, 1, ...this.wsShape], data: join(rows.map(({ ws }) => ws)) }],
        ['points', { shape: [n, this.pointCount, 2], data: Int32Array.from(points) }],
        ['loss_motion', { shape: [n], data: Float32Array.from(rows, (row) => row.lossMotion) }],
        ['loss_mask', { shape: [n], data: Float32Array.from(rows, (row) => row.lossMask) }],
        [
          'grad',
          { shape: [n, 1, ...gradientShape], data: join(rows.map(({ gradient }) => gradient)) },
        ],
      ]),
    );
  }
}

function join(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
