/** Official names of layers and blocks that other formats number. Sources: SPEC §2, §5. */

/** The layer to which the n-th map of noise is added: b4.conv1, then conv0 and conv1 of each block upwards. */
export function noisyLayer(n: number): string {
  if (n === 0) return 'synthesis.b4.conv1';
  return `synthesis.b${8 * 2 ** Math.floor((n - 1) / 2)}.conv${(n - 1) % 2}`;
}

/** The n-th up-sampling block, from 0 at 8². */
export const upsamplingBlock = (n: number): string => `synthesis.b${8 * 2 ** n}`;
