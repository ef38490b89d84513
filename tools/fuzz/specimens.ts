import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync, zipSync } from 'fflate';
import sharp from 'sharp';
import { writeKernelChoices } from '../../src/engine/autotune/kernel_choices_file.ts';
import type { PickleValue } from '../../src/formats/pickle/pickle_values.ts';
import { parseSafetensors } from '../../src/formats/safetensors.ts';
import { modelFingerprint, writeWeightDelta } from '../../src/inversion/weight_delta.ts';
import { writeDirections } from '../../src/models/stylegan2/files/direction_file.ts';
import { readGenerator } from '../../src/models/stylegan2/network/weights.ts';
import { torchTensor } from '../official_pickle.ts';
import { pickle } from '../pickle_writer.ts';

const fixtures = new URL('../../test/fixtures/', import.meta.url);
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(name, fixtures)));
const endingIn = (ending: RegExp, folder = '') =>
  readdirSync(new URL(folder, fixtures))
    .filter((name) => ending.test(name))
    .map((name) => fixture(`${folder}${name}`));

export const tiny: Uint8Array = fixture('tiny.safetensors');
export const tinyWeights = readGenerator(parseSafetensors(tiny));
const { numWs, wDim } = tinyWeights.config;
const numbers = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(i));

export const models = {
  safetensors: [tiny, fixture('tiny_clamp.safetensors'), fixture('conditional.safetensors')],
  'official pickle': endingIn(/_official\.pkl$/),
  'TensorFlow pickle': endingIn(/_tensorflow.*\.pkl$/),
  rosinality: endingIn(/_rosinality.*\.pt$/),
  gzip: [gzipSync(fixture('tiny_official.pkl'), { level: 1 }), gzipSync(tiny, { level: 0 })],
  zip: [
    zipSync({ 'tiny.pkl': fixture('tiny_official.pkl') }, { level: 1 }),
    zipSync({ 'a/tiny.safetensors': tiny, 'read.me': new Uint8Array(9) }, { level: 0 }),
  ],
};

export const latents: Uint8Array[] = [
  ...endingIn(/\.(npy|npz|pt)$/, 'latents/'),
  pickle([
    [1, 2, 3],
    [4, 5, 6],
  ]),
  fixture('drag_tiny_w.safetensors'),
];

export const directions: Uint8Array[] = [
  writeDirections({ wDim: 3, vectors: numbers(15), deviations: numbers(5) }, 'safetensors'),
  writeDirections({ wDim: 3, vectors: numbers(15) }, 'npy'),
  writeDirections({ wDim: 3, vectors: numbers(15) }, 'npz'),
  pickle(
    new Map<PickleValue, PickleValue>([
      ['ckpt', 'stylegan2.pt'],
      ['eigvec', torchTensor({ shape: [3, 3], data: numbers(9) })],
    ]),
  ),
];

export async function deltas(): Promise<Uint8Array[]> {
  const name = 'synthesis.b4.const';
  const tensor = tinyWeights.tensors.get(name);
  if (!tensor) throw new RangeError(`tiny has no ${name}`);
  const changes = new Map([[name, { shape: tensor.shape, data: numbers(tensor.data().length) }]]);
  const pivot = numbers(numWs * wDim);
  const fingerprint = await modelFingerprint(new Float32Array(tensor.data()));
  return [writeWeightDelta(changes, fingerprint, { config: tinyWeights.config, pivot })];
}

export const kernelChoices: Uint8Array[] = [2, 1].map((count) => {
  const choice = {
    cellsFirst: true,
    splits: 4,
    modulation: 'inline',
    algorithm: 'direct',
  } as const;
  const measured = [{ choice, milliseconds: 1.5 }];
  const layers = Array.from(
    { length: count },
    (_, i) => [`layer ${i}`, { choice, measured }] as const,
  );
  const text = writeKernelChoices([
    {
      adapter: { vendor: 'v', architecture: 'a', device: 'd', description: '', features: [] },
      kernels: '0'.repeat(64),
      layers: new Map(layers),
    },
  ]);
  return new TextEncoder().encode(text);
});

/** Small pictures of each kind that is decoded. */
export function pictures(): Promise<Buffer[]> {
  const raw = Buffer.from(numbers(3 * 40 * 30).map((value) => 127 * value + 128));
  const picture = () => sharp(raw, { raw: { width: 40, height: 30, channels: 3 } });
  return Promise.all([
    picture().png().toBuffer(),
    picture().png({ palette: true }).toBuffer(),
    picture().toColourspace('rgb16').png().toBuffer(),
    picture().ensureAlpha(0.5).png().toBuffer(),
    picture().jpeg({ progressive: true }).withMetadata({ orientation: 6 }).toBuffer(),
    picture().toColourspace('cmyk').jpeg().toBuffer(),
    picture().withIccProfile('p3').jpeg().toBuffer(),
    picture().webp().toBuffer(),
    picture().webp({ lossless: true }).toBuffer(),
    picture().tiff({ compression: 'lzw' }).toBuffer(),
    picture().tiff({ compression: 'deflate', tile: true }).toBuffer(),
  ]);
}
