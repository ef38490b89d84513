import { describe, expect, it } from 'vitest';
import { readTensorMessage, tensorMessage } from '../../../src/formats/tensors/tensor_message.ts';
import { parseModelFile } from '../../../src/models/stylegan2/files/model_file.ts';
import { readGenerator } from '../../../src/models/stylegan2/network/weights.ts';
import { firstDifference, modelFixtures, readModelFixture } from '../../support/model_fixtures.ts';

describe('a file of tensors as a message', () => {
  it.each(modelFixtures)('brings $name through a transfer', ({ name }) => {
    const bytes = readModelFixture(name);
    const sent = tensorMessage(parseModelFile(bytes, name));
    const received = structuredClone(sent, { transfer: [sent.bytes] });
    const file = readTensorMessage(received);
    const original = parseModelFile(readModelFixture(name), name);
    expect({ ...file, tensors: null }).toEqual({ ...original, tensors: null });
    const { config, tensors } = readGenerator(file);
    const expected = readGenerator(original);
    expect(config).toEqual(expected.config);
    for (const [tensor, { data }] of expected.tensors)
      expect(firstDifference(tensors.get(tensor)?.data(), data()), tensor).toBe(-1);
  });

  it('takes the bytes of a file that it needs, without a copy, and leaves what it does not need', () => {
    const all = readModelFixture('tiny.safetensors');
    expect(tensorMessage(parseModelFile(all)).bytes).toBe(all.buffer);
    const bytes = readModelFixture('tiny_official.pkl');
    const file = parseModelFile(bytes);
    const [found] = [...file.tensors].filter(([name]) => name.endsWith('synthesis.b4.const'));
    const one = tensorMessage({ ...file, tensors: new Map([found]) });
    expect(one.bytes.byteLength).toBe(4 * found[1].shape.reduce((a, b) => a * b));
    expect(bytes.length, 'the file is not sent').toBeGreaterThan(0);
    expect(readTensorMessage(one).tensors.get(found[0])?.data()).toEqual(found[1].data());
  });

  it('brings tensors that lie in several buffers, together', () => {
    const first = parseModelFile(readModelFixture('tiny.safetensors'));
    const second = parseModelFile(readModelFixture('tiny_official.pkl'));
    const tensors = new Map([...first.tensors]);
    for (const [name, tensor] of second.tensors) tensors.set(`second.${name}`, tensor);
    const received = readTensorMessage(tensorMessage({ ...first, tensors }));
    expect(received.tensors.size).toBe(tensors.size);
    for (const [name, { data }] of tensors)
      expect(firstDifference(received.tensors.get(name)?.data(), data()), name).toBe(-1);
  });

  it('is made of views of bytes alone', () => {
    const data = () => new Float32Array(1);
    const tensors = new Map([['a', { shape: [1], dtype: 'F32' as const, data }]]);
    expect(() => tensorMessage({ tensors, metadata: {}, format: 'x' })).toThrow(/a is no view/);
  });
});
