import { describe, expect, it } from 'vitest';
import { readTensorMessage, tensorMessage } from '../src/formats/tensor_message.ts';
import { parseModelFile } from '../src/stylegan2/model_file.ts';
import { readGenerator } from '../src/stylegan2/weights.ts';
import { firstDifference, modelFixtures, readModelFixture } from './model_fixtures.ts';

describe('a file of tensors as a message', () => {
  it.each(modelFixtures)('brings $name through a transfer', ({ name }) => {
    const bytes = readModelFixture(name);
    const sent = tensorMessage(parseModelFile(bytes, name), bytes.buffer);
    const received = structuredClone(sent, { transfer: [sent.bytes] });
    expect(bytes.length).toBe(0);
    const file = readTensorMessage(received);
    const original = parseModelFile(readModelFixture(name), name);
    expect({ ...file, tensors: null }).toEqual({ ...original, tensors: null });
    const { config, tensors } = readGenerator(file);
    const expected = readGenerator(original);
    expect(config).toEqual(expected.config);
    for (const [tensor, { data }] of expected.tensors)
      expect(firstDifference(tensors.get(tensor)?.data(), data()), tensor).toBe(-1);
  });

  it('is not made of tensors that lie elsewhere', () => {
    const file = parseModelFile(readModelFixture('tiny_official.pkl'));
    expect(() => tensorMessage(file, new ArrayBuffer(8))).toThrow(/is no view of the file/);
  });
});
