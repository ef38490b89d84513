import { mapForReading } from './mapping.ts';

/** Records work whose passes write timestamps: `writes(i)` goes into the descriptor of the pass timed as pair i. */
export type TimedRecording = (
  encoder: GPUCommandEncoder,
  writes: (pair: number) => GPUComputePassTimestampWrites,
) => void;

/** The most timestamps in a query set, by WebGPU's rules. */
export const mostTimestamps = 4096;

/** Submits a recording; gives the nanoseconds between each pair's timestamps. The device needs `timestamp-query`. */
export async function readTimestamps(
  device: GPUDevice,
  pairs: number,
  record: TimedRecording,
): Promise<number[]> {
  const querySet = device.createQuerySet({ type: 'timestamp', count: 2 * pairs });
  const size = 16 * pairs;
  const resolved = device.createBuffer({
    size,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  });
  const staging = device.createBuffer({
    size,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  try {
    const encoder = device.createCommandEncoder();
    record(encoder, (pair) => ({
      querySet,
      beginningOfPassWriteIndex: 2 * pair,
      endOfPassWriteIndex: 2 * pair + 1,
    }));
    encoder.resolveQuerySet(querySet, 0, 2 * pairs, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    await mapForReading(staging);
    const stamps = new BigUint64Array(staging.getMappedRange());
    return Array.from({ length: pairs }, (_, i) => Number(stamps[2 * i + 1] - stamps[2 * i]));
  } finally {
    querySet.destroy();
    resolved.destroy();
    staging.destroy();
  }
}
