import { type Directions, type FactorBasis, signed } from '../network/directions.ts';
import { principalAxes } from '../network/principal_axes.ts';
import { seedLatent } from '../network/seeds.ts';
import type { LoadedNetwork } from './loaded_network.ts';
import { mapLatents, sampleW } from './sampled_w.ts';

/** How many w the principal components are of: their directions are then off by some degrees at most. */
const samplesOfComponents = 10_000;
/** How many z a factor's direction is averaged over. */
const samplesOfFactor = 200;
/** How far z goes along a factor, each way, in the standard deviations of its score. */
const step = 0.5;

/**
 * The directions in which a network's w spread most: the principal components of 10,000. Source: Härkönen et al. 2020
 * (“GANSpace”), section 2.1.
 * @param count that are wanted, at most
 */
export async function principalDirections(
  network: LoadedNetwork,
  count: number,
): Promise<Directions> {
  const { wDim } = network.config;
  const samples = await sampleW(network, samplesOfComponents);
  const { directions, deviations } = principalAxes(samples, wDim, count);
  return {
    wDim,
    vectors: Float32Array.from(signed(directions, wDim)),
    deviations: Float32Array.from(deviations),
  };
}

/**
 * The directions of w that are a network's factors: what one standard deviation of a factor's score does to w, the mean
 * over 200 z of (w(z + h·q) − w(z − h·q)) / 2h, where q is the factor's direction of z.
 * @param count that are wanted, the first
 */
export async function factorDirections(
  network: LoadedNetwork,
  factors: FactorBasis,
  count: number,
): Promise<Directions> {
  const { wDim } = network.config;
  const wanted = Math.min(count, factors.count);
  const samples = wanted * samplesOfFactor;
  // In the same order, so that each pair is of one class.
  const there = await mapLatents(network, movedZ(network, factors, wanted, step), samples);
  const back = await mapLatents(network, movedZ(network, factors, wanted, -step), samples);
  const vectors = new Float32Array(wanted * wDim);
  const deviations = new Float32Array(wanted);
  for (let factor = 0; factor < wanted; factor++) {
    const mean = new Float64Array(wDim);
    for (let n = factor * samplesOfFactor; n < (factor + 1) * samplesOfFactor; n++)
      for (let i = 0; i < wDim; i++)
        mean[i] += (there[n * wDim + i] - back[n * wDim + i]) / (2 * step * samplesOfFactor);
    const length = Math.hypot(...mean);
    deviations[factor] = length;
    vectors.set(
      mean.map((value) => value / length),
      factor * wDim,
    );
  }
  return { wDim, vectors, deviations, names: factors.names?.slice(0, wanted) };
}

/** The same z for each factor, moved along it: (wanted · samples, z_dim). */
function movedZ(
  { config: { zDim } }: LoadedNetwork,
  { values, count }: FactorBasis,
  wanted: number,
  by: number,
): Float32Array {
  const all = seedLatent(0, samplesOfFactor * zDim);
  const z = new Float32Array(wanted * all.length);
  for (let n = 0; n < samplesOfFactor; n++) {
    const base = onSphere(all.subarray(n * zDim, (n + 1) * zDim));
    for (let factor = 0; factor < wanted; factor++)
      for (let i = 0; i < zDim; i++)
        z[(factor * samplesOfFactor + n) * zDim + i] = base[i] + by * values[i * count + factor];
  }
  return z;
}

/** z of the length at which the mapping network's normalisation changes nothing, √z_dim. */
function onSphere(z: Float32Array): Float64Array {
  const scale = Math.sqrt(z.length) / Math.hypot(...z);
  return Float64Array.from(z, (value) => value * scale);
}
