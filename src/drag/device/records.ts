import { unpack } from '../../engine/memory/layouts.ts';
import { mapForReading } from '../../engine/memory/mapping.ts';
import type { DeviceTensor } from '../../engine/memory/tensors.ts';

/** The values that are read back from one iteration. */
export interface IterationRecord {
  /** The stop rule held: no step was made. */
  readonly arrived: boolean;
  /** Row and column of each handle after tracking, in pixels. */
  readonly points: [number, number][];
  /** From each point to its target, in pixels. */
  readonly distances: number[];
  readonly distance: number;
  readonly activePoints: number;
  readonly lossMotion: number;
  readonly lossMask: number;
  /** The trained values of the latent, after the step. */
  readonly w: Float32Array;
  /** The trained leaves after the step, as they lie on the device, and their coordinates; undefined in W and W+. */
  readonly leaves: Float32Array | undefined;
  readonly coordinates: Float32Array | undefined;
  /** Gradient of the loss with respect to the trained values; undefined unless it was asked for. */
  readonly gradient: Float32Array | undefined;
}

/** The tensors that make a record. */
export interface RecordTensors {
  readonly positions: DeviceTensor;
  readonly shifts: DeviceTensor;
  readonly status: DeviceTensor;
  readonly w: DeviceTensor;
  /** The trained leaves, where they are not in `w`. */
  readonly leaves?: DeviceTensor;
  /** The coordinates that the leaves follow from, where they do. */
  readonly coordinates?: DeviceTensor;
  /** The gradient of `w`, where it is asked for. It is copied apart. */
  readonly gradient?: DeviceTensor;
  /** The ring that the iterations' records go into (shaders/record.wgsl), and whose turn it is in it. */
  readonly records: DeviceTensor;
  readonly turn: DeviceTensor;
}

/** Iterations whose records the ring on the device holds. */
export const recordSlots = 16;

/** Copies of what each iteration of a submission leaves behind, side by side, so that they come back together. */
export interface Records {
  /** To be called after each iteration was recorded. */
  copy(encoder: GPUCommandEncoder, iteration: number): void;
  /** The records, once they are there. To be called once, after the copies are submitted. */
  read(): Promise<IterationRecord[]>;
}

/** The buffers in which records come back: as many as there are submissions on their way at once. */
export class RecordRing {
  readonly #device: GPUDevice;
  readonly #all = new Set<GPUBuffer>();
  readonly #free: GPUBuffer[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Room for the records of a submission. */
  begin(count: number, recorded: RecordTensors): Records {
    const { records, turn, gradient } = recorded;
    const record = recordBytes(recorded);
    const size = count * (record + (gradient?.bytes ?? 0));
    const staging = this.#take(size);
    this.#device.queue.writeBuffer(turn.buffer, turn.offset, new Float32Array(1));
    return {
      copy: (encoder, iteration) => {
        if (gradient) {
          const at = count * record + iteration * gradient.bytes;
          encoder.copyBufferToBuffer(gradient.buffer, gradient.offset, staging, at, gradient.bytes);
        }
        const slot = iteration % recordSlots;
        if (slot < recordSlots - 1 && iteration < count - 1) return;
        const at = (iteration - slot) * record;
        const bytes = (slot + 1) * record;
        encoder.copyBufferToBuffer(records.buffer, records.offset, staging, at, bytes);
      },
      read: async () => {
        await mapForReading(staging, size);
        const floats = new Float32Array(staging.getMappedRange(0, size));
        const found = readRecords(floats, count, recorded);
        staging.unmap();
        this.#free.push(staging);
        return found;
      },
    };
  }

  destroy(): void {
    for (const buffer of this.#all) buffer.destroy();
  }

  /** A buffer that no submission uses. One that is too small makes way for a larger one. */
  #take(size: number): GPUBuffer {
    const known = this.#free.pop();
    if (known && known.size >= size) return known;
    if (known) {
      this.#all.delete(known);
      known.destroy();
    }
    const buffer = this.#device.createBuffer({
      label: 'drag records',
      size,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    this.#all.add(buffer);
    return buffer;
  }
}

/** Bytes of an iteration's record in the ring. */
export const recordBytes = ({
  positions,
  shifts,
  status,
  w,
  leaves,
  coordinates,
}: Omit<RecordTensors, 'records' | 'turn'>): number =>
  [positions, shifts, status, w, leaves, coordinates].reduce(
    (sum, tensor) => sum + (tensor?.bytes ?? 0),
    0,
  );

/** The records of `count` iterations one after the other, and then their gradients. */
function readRecords(
  floats: Float32Array,
  count: number,
  recorded: RecordTensors,
): IterationRecord[] {
  let at = 0;
  const take = ({ layout, shape, bytes }: DeviceTensor): Float32Array => {
    at += bytes / 4;
    return unpack(layout, shape, floats.subarray(at - bytes / 4, at));
  };
  const { positions, shifts, status, w, leaves, coordinates, gradient } = recorded;
  const records = Array.from({ length: count }, () => ({
    ...readState(take(positions), take(shifts), take(status)),
    w: take(w),
    leaves: leaves && take(leaves),
    coordinates: coordinates && take(coordinates),
  }));
  return records.map((record) => ({ ...record, gradient: gradient && take(gradient) }));
}

/** The words of the status are those of shaders/lib/status.wgsl. */
function readState(positions: Float32Array, shifts: Float32Array, status: Float32Array) {
  const [stopped, , activePoints, distance, lossMotion, lossMask] = status;
  const points = positions.length / 2;
  return {
    arrived: stopped !== 0,
    points: Array.from({ length: points }, (_, j): [number, number] => [
      positions[2 * j],
      positions[2 * j + 1],
    ]),
    distances: Array.from({ length: points }, (_, j) => shifts[4 * j + 3]),
    distance,
    activePoints,
    lossMotion,
    lossMask,
  };
}
