import { describe, expect, it } from 'vitest';
import { errorMessage, readErrorMessage } from '../../../src/formats/error_message.ts';
import {
  DeviceLimitError,
  FormatError,
  UnsupportedModelError,
} from '../../../src/formats/errors.ts';
import {
  generatorMessage,
  readGeneratorMessage,
} from '../../../src/models/stylegan2/files/generator_message.ts';
import { parseModelFile } from '../../../src/models/stylegan2/files/model_file.ts';
import { readGenerator } from '../../../src/models/stylegan2/network/weights.ts';
import { firstDifference, modelFixtures, readModelFixture } from '../../support/model_fixtures.ts';

describe('a generator as a message', () => {
  it.each(modelFixtures)('brings the one of $name through a transfer', ({ name }) => {
    const bytes = readModelFixture(name);
    const file = parseModelFile(bytes, name);
    const sent = generatorMessage(file, readGenerator(file));
    const received = structuredClone(sent, { transfer: [sent.file.bytes] });
    expect(bytes.length, 'the bytes are handed over').toBe(0);
    const { config, tensors } = readGeneratorMessage(received);
    const expected = readGenerator(parseModelFile(readModelFixture(name), name));
    expect(config).toEqual(expected.config);
    expect([...tensors.keys()]).toEqual([...expected.tensors.keys()]);
    for (const [tensor, { shape, dtype, data }] of expected.tensors) {
      const got = tensors.get(tensor);
      expect([got?.shape, got?.dtype], tensor).toEqual([shape, dtype]);
      expect(firstDifference(got?.data(), data()), tensor).toBe(-1);
    }
  });
});

describe('an error as a message', () => {
  const through = (error: unknown) => readErrorMessage(structuredClone(errorMessage(error)));

  it.each([
    new FormatError('cut', { file: 'a.pkl', offset: 7, tensor: 'b' }),
    new UnsupportedModelError('StyleGAN3', { file: 'a.pkl' }),
    new DeviceLimitError({ needed: 2, available: 1, what: 'maxBufferSize' }),
  ])('keeps the class of $name, its message and its location', (error) => {
    const received = through(error);
    expect(received).toBeInstanceOf(error.constructor);
    expect(received.message).toBe(error.message);
    expect({ ...received }).toEqual({ ...error });
  });

  it('keeps the message of others', () => {
    expect(through(new RangeError('too long'))).toMatchObject({
      name: 'RangeError',
      message: 'too long',
    });
    expect(through('thrown')).toMatchObject({ name: 'Error', message: 'thrown' });
  });
});
