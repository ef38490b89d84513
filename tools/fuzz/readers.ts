import { readKernelChoices } from '../../src/engine/autotune/kernel_choices_file.ts';
import { parseSafetensors } from '../../src/formats/safetensors.ts';
import { applyWeightDelta } from '../../src/inversion/weight_delta.ts';
import { readDirections } from '../../src/models/stylegan2/files/direction_file.ts';
import {
  isLatent,
  readClassWeights,
  readLatents,
  readZ,
} from '../../src/models/stylegan2/files/latent_file.ts';
import { parseModelFile } from '../../src/models/stylegan2/files/model_file.ts';
import { readGenerator } from '../../src/models/stylegan2/network/weights.ts';
import { openPicture } from '../../src/node/files/picture_decoding.ts';
import { pictureFormat } from '../../src/node/files/picture_format.ts';
import * as specimens from './specimens.ts';

/** A reader of files from outside. */
export interface FuzzedReader {
  readonly name: string;
  /** Sound files, to be changed. */
  specimens(): Promise<readonly Uint8Array[]>;
  /** Reads one to its end. @throws DragganError */
  read(bytes: Uint8Array, name: string): unknown;
}

const shape = { numWs: 4, wDim: 3 };
const rowLength = 3;

const model = (name: keyof typeof specimens.models): FuzzedReader => ({
  name: `model, ${name}`,
  specimens: async () => specimens.models[name],
  read: (bytes, file) => readGenerator(parseModelFile(bytes, file)),
});

export const readers: readonly FuzzedReader[] = [
  model('safetensors'),
  model('official pickle'),
  model('TensorFlow pickle'),
  model('rosinality'),
  model('gzip'),
  model('zip'),
  {
    name: 'weight delta',
    specimens: specimens.deltas,
    read: (bytes, file) => applyWeightDelta(specimens.tinyWeights, bytes, file),
  },
  {
    name: 'latent',
    specimens: async () => specimens.latents,
    read(bytes, file) {
      isLatent(bytes);
      return readLatents(bytes, shape, file).sample(0);
    },
  },
  {
    name: 'z and classes',
    specimens: async () => specimens.latents,
    read: (bytes, file) => [
      readZ(bytes, rowLength, file).sample(0),
      readClassWeights(bytes, rowLength, file).sample(0),
    ],
  },
  {
    name: 'directions',
    specimens: async () => specimens.directions,
    read: (bytes, file) => readDirections(bytes, shape, file).direction(0),
  },
  {
    name: 'tensors',
    specimens: async () => specimens.models.safetensors,
    read: (bytes, file) =>
      [...parseSafetensors(bytes, file).tensors.values()].map((tensor) => tensor.data().length),
  },
  {
    name: 'kernel choices',
    specimens: async () => specimens.kernelChoices,
    read: (bytes, file) => readKernelChoices(new TextDecoder().decode(bytes), file),
  },
  {
    name: 'picture',
    specimens: specimens.pictures,
    async read(bytes, file) {
      const picture = await openPicture(bytes, pictureFormat(bytes, file, 'image'), file);
      return picture.decode((upright) => upright.resize(16, 16, { fit: 'fill' }));
    },
  },
];
