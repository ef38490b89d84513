import { Matmul, matmulFlops } from './matmul.ts';

/** The peak rates of an adapter: the two sides of its roofline. */
export interface Peaks {
  /** Billions of floating-point operations a second. */
  readonly gflops: number;
  /** Billions of bytes a second, from and to its memory. */
  readonly gbs: number;
}

const copiedBytes = 2 ** 26;
const copies = 4;
const tries = 3;

/**
 * Measures peaks: the rate of our plain matrix product, and of a copy within the device's memory. A kernel can exceed
 * them if it is cleverer than that product or finds its values in caches.
 * @param code src/bench/matmul.wgsl
 */
export async function measurePeaks(device: GPUDevice, code: string): Promise<Peaks> {
  const matmul = await Matmul.best(device, code);
  try {
    const product = await shortest(() => matmul.time());
    return { gflops: matmulFlops / product / 1e6, gbs: await copyRate(device) };
  } finally {
    matmul.destroy();
  }
}

async function copyRate(device: GPUDevice): Promise<number> {
  const size = Math.min(copiedBytes, device.limits.maxBufferSize);
  const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const [from, to] = [0, 1].map(() => device.createBuffer({ size, usage }));
  const time = async () => {
    const encoder = device.createCommandEncoder();
    for (let i = 0; i < copies; i++) encoder.copyBufferToBuffer(from, 0, to, 0, size);
    const began = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return performance.now() - began;
  };
  try {
    // Each byte is read and written.
    return (2 * copies * size) / (await shortest(time)) / 1e6;
  } finally {
    from.destroy();
    to.destroy();
  }
}

async function shortest(time: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < tries; i++) times.push(await time());
  return Math.min(...times);
}
