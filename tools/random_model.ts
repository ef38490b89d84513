/**
 * Writes a generator with random weights, for sizes of which no trained one is at hand:
 *
 *     npx tsx tools/random_model.ts OUT.safetensors --resolution 512 [--channel-base 32768] [--channel-max 512]
 *       [--w-dim 512] [--z-dim 512] [--mapping-layers 8] [--seed 1]
 *
 * The defaults are the official configuration of StyleGAN2 (config-f).
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
    seed: { type: 'string', default: '1' },
  },
});
const [out] = positionals;
if (!out) throw new Error('which file is to be written?');
const { tensors, metadata } = randomGenerator({
  resolution: Number(values.resolution),
  channelBase: Number(values['channel-base']),
  channelMax: Number(values['channel-max']),
  wDim: Number(values['w-dim']),
  zDim: Number(values['z-dim']),
  mappingLayers: Number(values['mapping-layers']),
  seed: Number(values.seed),
});
writeFileSync(out, writeSafetensors(tensors, metadata));
