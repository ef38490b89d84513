/**
 * Writes a generator with random weights, for sizes of which no trained one is at hand:
 *
 *     npx tsx tools/random_model.ts OUT.safetensors --resolution 512 [--channel-base 32768] [--channel-max 512]
 *       [--w-dim 512] [--z-dim 512] [--mapping-layers 8] [--constant 4x2] [--channels 1] [--seed 1]
 *
 * The defaults are the official configuration of StyleGAN2 (config-f). The resolution is the last block's, which is the
 * image's side where the constant is 4x4: with 4x2 the image of --resolution 512 is 512 high and 256 wide.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { writeSafetensors } from '../src/formats/safetensors.ts';
import { randomGenerator } from '../src/models/stylegan2/network/random.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    resolution: { type: 'string', default: '512' },
    'channel-base': { type: 'string', default: '32768' },
    'channel-max': { type: 'string', default: '512' },
    'w-dim': { type: 'string', default: '512' },
    'z-dim': { type: 'string', default: '512' },
    'mapping-layers': { type: 'string', default: '8' },
    constant: { type: 'string', default: '4x4' },
    channels: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
  },
});
const [out] = positionals;
if (!out) throw new Error('which file is to be written?');
const [height, width] = values.constant.split('x').map(Number);
const { tensors, metadata } = randomGenerator({
  resolution: Number(values.resolution),
  channelBase: Number(values['channel-base']),
  channelMax: Number(values['channel-max']),
  wDim: Number(values['w-dim']),
  zDim: Number(values['z-dim']),
  mappingLayers: Number(values['mapping-layers']),
  constant: { height, width },
  imgChannels: Number(values.channels),
  seed: Number(values.seed),
});
writeFileSync(out, writeSafetensors(tensors, metadata));
