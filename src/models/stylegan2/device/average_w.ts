import type { LoadedNetwork } from './loaded_network.ts';
import { sampleW } from './sampled_w.ts';

/** How many z the average w is estimated from where a file has none: as many as rosinality's programs take. */
const sampleCount = 10_000;

/** Estimates the average w (w_dim) from 10,000 z, for a network whose file has none. */
export async function estimateAverageW(network: LoadedNetwork): Promise<Float32Array> {
  const { wDim } = network.config;
  const samples = await sampleW(network, sampleCount);
  const sum = new Float64Array(wDim);
  for (let i = 0; i < samples.length; i++) sum[i % wDim] += samples[i];
  return Float32Array.from(sum, (value) => value / sampleCount);
}
