import { unpack } from '../engine/layouts.ts';
import type { DeviceTensor } from '../engine/tensors.ts';

/** What comes back of one iteration. */
export interface IterationRecord {
  /** The stop rule held: no step was made. */
  readonly arrived: boolean;
  /** Row and column after tracking. */
  readonly points: [number, number][];
  /** From each point to its target, in pixels. */
  readonly distances: number[];
  readonly distance: number;
  readonly moved: number;
  readonly lossMotion: number;
  readonly lossMask: number;
  /** The trained rows after the step: 1 or 6 rows of w_dim. */
  readonly w: Float32Array;
  /** Of the same shape; where it was asked for. */
  readonly gradient: Float32Array | undefined;
}

/**
 * Copies of what each iteration of a submission leaves behind, side by side in one buffer, so that they come back
 * together, once a submission.
 */
export class RecordRing {
  #staging: GPUBuffer | undefined;

  constructor(
    private readonly device: GPUDevice,
    readonly slots: number,
  ) {}

  /** Makes room for records of these tensors: positions, shifts, status, w and, where traced, its gradient. */
  begin(tensors: readonly DeviceTensor[]): void {
    const size = this.slots * recordBytes(tensors);
    if (this.#staging && this.#staging.size >= size) return;
    this.#staging?.destroy();
    this.#staging = this.device.createBuffer({
      label: 'drag records',
      size,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
  }

  copy(encoder: GPUCommandEncoder, slot: number, tensors: readonly DeviceTensor[]): void {
    let at = slot * recordBytes(tensors);
    for (const { buffer, offset, bytes } of tensors) {
      if (this.#staging) encoder.copyBufferToBuffer(buffer, offset, this.#staging, at, bytes);
      at += bytes;
    }
  }

  /** The first `count` records, once they are there. */
  async read(count: number, tensors: readonly DeviceTensor[]): Promise<IterationRecord[]> {
    const staging = this.#staging;
    if (!staging) return [];
    const size = count * recordBytes(tensors);
    await staging.mapAsync(GPUMapMode.READ, 0, size);
    const floats = new Float32Array(staging.getMappedRange(0, size));
    let at = 0;
    const take = ({ layout, shape, bytes }: DeviceTensor): Float32Array => {
      at += bytes / 4;
      return unpack(layout, shape, floats.subarray(at - bytes / 4, at));
    };
    const records = Array.from({ length: count }, () => readRecord(tensors.map(take)));
    staging.unmap();
    return records;
  }

  destroy(): void {
    this.#staging?.destroy();
  }
}

const recordBytes = (tensors: readonly DeviceTensor[]): number =>
  tensors.reduce((sum, { bytes }) => sum + bytes, 0);

/** The words of the status are those of shaders/lib/status.wgsl. */
function readRecord([
  positions,
  shifts,
  status,
  w,
  gradient,
]: readonly Float32Array[]): IterationRecord {
  const [stopped, , moved, distance, lossMotion, lossMask] = status;
  const points = positions.length / 2;
  return {
    arrived: stopped !== 0,
    points: Array.from({ length: points }, (_, j) => [positions[2 * j], positions[2 * j + 1]]),
    distances: Array.from({ length: points }, (_, j) => shifts[4 * j + 3]),
    distance,
    moved,
    lossMotion,
    lossMask,
    w,
    gradient,
  };
}
