import { activationGain, type LayerCall, type NetworkShape, slope } from './layer_call.ts';

/** From so many samples on, a workgroup of them for each output is faster than one for each sample's. */
const manySamples = 64;
/** Learning-rate multiplier of the mapping network. */
const mappingMultiplier = 0.01;

/**
 * The mapping network: `z` (N, z_dim), and `c` (N, c_dim) where the network has classes, to `ws` (num_ws, N, w_dim).
 * Parameters of the call `truncate`: `psi`, `cutoff`. Source: SPEC §1.
 */
export function mappingCalls(config: NetworkShape, samples = 1): LayerCall[] {
  const { wDim, numWs } = config;
  return [
    ...untruncatedCalls(config, 'z', samples),
    {
      operation: 'truncate',
      label: 'truncate',
      sizes: { rows: numWs, samples, length: wDim },
      tensors: { w: mappedName(config), average: 'mapping.w_avg', ws: 'ws' },
      params: { psi: 1, cutoff: numWs },
    },
  ];
}

/** The tensor of w (N, w_dim) that `untruncatedCalls` make. */
export const mappedName = ({ mappingLayers }: Pick<NetworkShape, 'mappingLayers'>): string =>
  mappingLayers === 0 ? 'mapping.x' : `mapping.x${mappingLayers}`;

/** The mapping network up to w, without truncation. @param z the tensor (N, z_dim) that it reads */
export function untruncatedCalls(config: NetworkShape, z: string, samples = 1): LayerCall[] {
  const { zDim, cDim, wDim, mappingLayers } = config;
  const total = cDim > 0 ? zDim + wDim : zDim;
  const operation = samples < manySamples ? 'fully_connected' : 'fully_connected_many';
  const normalize = (x: string, channels: number, offset: number): LayerCall => ({
    operation: 'normalize',
    label: `mapping.normalize.${x}`,
    sizes: { samples, channels, total },
    tensors: { x, y: 'mapping.x' },
    params: { offset },
  });
  const calls = [normalize(z, zDim, 0)];
  if (cDim > 0) {
    calls.push({
      operation,
      label: 'mapping.embed',
      sizes: { samples, inputs: cDim, outputs: wDim },
      tensors: {
        x: 'c',
        weight: 'mapping.embed.weight',
        bias: 'mapping.embed.bias',
        y: 'mapping.embedding',
      },
      params: { weight_gain: 1 / Math.sqrt(cDim), bias_gain: 1, slope: 1, gain: 1 },
    });
    calls.push(normalize('mapping.embedding', wDim, zDim));
  }
  for (let layer = 0; layer < mappingLayers; layer++) {
    const inputs = layer === 0 ? total : wDim;
    calls.push({
      operation,
      label: `mapping.fc${layer}`,
      sizes: { samples, inputs, outputs: wDim },
      tensors: {
        x: layer === 0 ? 'mapping.x' : `mapping.x${layer}`,
        weight: `mapping.fc${layer}.weight`,
        bias: `mapping.fc${layer}.bias`,
        y: `mapping.x${layer + 1}`,
      },
      params: {
        weight_gain: mappingMultiplier / Math.sqrt(inputs),
        bias_gain: mappingMultiplier,
        slope,
        gain: activationGain,
      },
    });
  }
  return calls;
}
