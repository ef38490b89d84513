/**
 * Writes a pickle in the format of the official PyTorch programs, with G, D and G_ema of random weights, for
 * measurements of large files:
 *
 *     npx tsx tools/random_pickle.ts OUT.pkl [--resolution 1024] [--channel-base 32768] [--channel-max 512]
 *
 * The defaults are the official configuration of a 1024² network; the file takes 400 MB.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { PickleValue } from '../src/formats/pickle/pickle_values.ts';
import { randomGenerator } from '../src/models/stylegan2/network/random.ts';
import { moduleTree, type PlainTensor } from './official_pickle.ts';
import { pickleChunks } from './pickle_writer.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    resolution: { type: 'string', default: '1024' },
    'channel-base': { type: 'string', default: '32768' },
    'channel-max': { type: 'string', default: '512' },
  },
});
const [out] = positionals;
if (!out) throw new Error('which file is to be written?');
const { tensors } = randomGenerator({
  resolution: Number(values.resolution),
  channelBase: Number(values['channel-base']),
  channelMax: Number(values['channel-max']),
  wDim: 512,
  zDim: 512,
  mappingLayers: 8,
  seed: 1,
});
/** The discriminator has about as many weights; their values do not matter, since no reader looks at them. */
const discriminator = new Map<string, PlainTensor>(
  [...tensors].map(([name, tensor]) => [name.replace(/^(synthesis|mapping)\./, ''), tensor]),
);
const generator = () => moduleTree('Generator', tensors);
const networks = new Map<PickleValue, PickleValue>([
  ['G', generator()],
  ['D', moduleTree('Discriminator', discriminator)],
  ['G_ema', generator()],
  ['training_set_kwargs', null],
  ['augment_pipe', null],
]);
const file = openSync(out, 'w');
for (const chunk of pickleChunks(networks)) writeSync(file, chunk);
closeSync(file);
