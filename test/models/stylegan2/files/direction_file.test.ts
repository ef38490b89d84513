import { describe, expect, it } from 'vitest';
import { FormatError, InputError } from '../../../../src/formats/errors.ts';
import { writeNpy } from '../../../../src/formats/numpy/npy.ts';
import type { PickleValue } from '../../../../src/formats/pickle/pickle_values.ts';
import { writeSafetensors } from '../../../../src/formats/safetensors.ts';
import {
  readDirections,
  writeDirections,
} from '../../../../src/models/stylegan2/files/direction_file.ts';
import { writeLatent } from '../../../../src/models/stylegan2/files/latent_file.ts';
import { torchTensor } from '../../../../tools/official_pickle.ts';
import { pickle } from '../../../../tools/pickle_writer.ts';

const network = { numWs: 4, wDim: 3 };
const counting = (length: number) => Float32Array.from({ length }, (_, i) => i);
const npy = (...shape: number[]) => writeNpy(shape, counting(shape.reduce((a, b) => a * b, 1)));
/** A row for all. */
const everywhere = (...row: number[]) => [...row, ...row, ...row, ...row];
const rosinality = pickle(
  new Map<PickleValue, PickleValue>([
    ['ckpt', 'stylegan2.pt'],
    ['eigvec', torchTensor({ shape: [3, 3], data: counting(9) })],
  ]),
);

describe('readDirections', () => {
  it.each<[what: string, bytes: Uint8Array, count: number, index: number, values: number[]]>([
    ['a row for all', npy(3), 1, 0, everywhere(0, 1, 2)],
    ['a boundary of InterFaceGAN', npy(1, 3), 1, 0, everywhere(0, 1, 2)],
    ['a list', npy(5, 3), 5, 2, everywhere(6, 7, 8)],
    ['components of GANSpace', npy(5, 1, 3), 5, 4, everywhere(12, 13, 14)],
    ['rows of its own', npy(4, 3), 1, 0, [...counting(12)]],
    ['a list with rows of their own', npy(2, 4, 3), 2, 1, [...counting(24).subarray(12)]],
    ['a latent', writeLatent(counting(12), network, 'npz'), 1, 0, [...counting(12)]],
    ['columns of rosinality', rosinality, 3, 1, everywhere(1, 4, 7)],
    [
      'as many as there are rows, under their name',
      writeSafetensors(new Map([['directions', { shape: [4, 3], data: counting(12) }]])),
      4,
      3,
      everywhere(9, 10, 11),
    ],
  ])('reads %s', (_, bytes, count, index, values) => {
    const found = readDirections(bytes, network);
    expect(found.count).toBe(count);
    expect([...found.direction(index).values]).toEqual(values);
    expect(() => found.direction(count)).toThrow(InputError);
  });

  it.each<[what: string, bytes: Uint8Array, message: RegExp]>([
    ['another width', npy(1, 4), /shape \[1, 4\] found, \[3\] for all rows or \[4, 3\] needed/],
    ['another number of rows', npy(2, 5, 3), /shape \[2, 5, 3\] found/],
    ['nothing', npy(0, 3), /shape \[0, 3\] found/],
    ['no direction', writeSafetensors(new Map()), /no direction: wanted is a tensor directions/],
    ['a file of another kind', new TextEncoder().encode('something else'), /no direction that/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readDirections(bytes, network, 'file')).toThrow(FormatError);
    expect(() => readDirections(bytes, network, 'file')).toThrow(message);
  });

  it('refuses values that are not finite', () => {
    const bytes = writeNpy([1, 3], Float32Array.of(0, Number.NaN, 1));
    expect(() => readDirections(bytes, network).direction(0)).toThrow(/not finite/);
  });

  it('reads what was written, with names and deviations in safetensors', () => {
    const vectors = counting(6);
    const deviations = Float32Array.of(0.5, 2);
    const written = { wDim: 3, vectors, deviations, names: ['yaw', 'mouth'] };
    const kept = readDirections(writeDirections(written, 'safetensors'), network);
    expect(kept.names).toEqual(['yaw', 'mouth']);
    expect(kept.direction(1)).toEqual({
      values: Float32Array.from(everywhere(3, 4, 5)),
      isOneRow: true,
      deviation: 2,
    });
    for (const format of ['npy', 'npz'] as const) {
      const { count, names, direction } = readDirections(writeDirections(written, format), network);
      expect([count, names, direction(1).deviation]).toEqual([2, undefined, undefined]);
      expect([...direction(1).values]).toEqual(everywhere(3, 4, 5));
    }
  });
});
