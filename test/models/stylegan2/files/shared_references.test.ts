import { describe, expect, it } from 'vitest';
import { DragganError } from '../../../../src/formats/errors.ts';
import { readLatent } from '../../../../src/models/stylegan2/files/latent_file.ts';
import { parseModelFile } from '../../../../src/models/stylegan2/files/model_file.ts';
import { readGenerator } from '../../../../src/models/stylegan2/network/weights.ts';
import { torchStream } from '../../../../tools/official_pickle.ts';
import { PickleScript } from '../../../support/pickle_script.ts';

/** Processor time and memory within which files of a few megabytes must be done with. */
const longest = 2000;
const largest = 300e6;

const names = (count: number) => Array.from({ length: count }, (_, i) => i.toString(36));
const long = 'n'.repeat(1e6);

/** Leaves one value on the stack: a module of this state, whose parts are kept in the memo. */
function module(script: PickleScript, parts: Record<string, number>): PickleScript {
  script.global('torch_utils.persistence', '_reconstruct_persistent_obj').raw(0x7d, 0x28);
  script.text('class_name').text('Generator').text('state').raw(0x7d, 0x28);
  for (const [kind, memo] of Object.entries(parts)) script.text(kind).recall(memo);
  return script.raw(0x75, 0x75, 0x85, 0x52);
}

function tensor(script: PickleScript): PickleScript {
  script.global('torch._utils', '_rebuild_tensor_v2').raw(0x28);
  script.global('torch.storage', '_load_from_bytes').bytesAsText(torchStream(new Float32Array(4)));
  return script
    .raw(0x85, 0x52)
    .number(0)
    .number(4)
    .raw(0x85)
    .number(1)
    .raw(0x85, 0x89, 0x7d, 0x74, 0x52);
}

/** A NumPy array of the bytes of a kept text. */
function array(script: PickleScript, memo: number, length: number): PickleScript {
  script.global('numpy.core.multiarray', '_reconstruct').global('numpy', 'ndarray');
  script.number(0).raw(0x85).text('b').raw(0x87, 0x52, 0x28).number(1).number(length).raw(0x85);
  script.global('numpy', 'dtype').text('u1').number(0).number(1).raw(0x87, 0x52, 0x89);
  script.global('_codecs', 'encode').recall(memo).text('latin1').raw(0x86, 0x52);
  return script.raw(0x74, 0x62);
}

const bombs: Record<string, () => Uint8Array> = {
  'one tensor, in parameters of many modules': () => {
    const script = tensor(new PickleScript()).keep(0).dictOf(names(4000), 0).keep(1);
    module(script, { _parameters: 1 }).keep(2).dictOf(names(4000), 2).keep(3);
    return module(script, { _modules: 3, _parameters: 1 }).end();
  },
  'modules in modules, of which each has the one below many times': () => {
    const script = tensor(new PickleScript()).keep(0).dictOf(['synthesis.x'], 0).keep(1);
    module(script, { _parameters: 1 }).keep(2);
    for (let level = 3; level < 60; level += 2) {
      script.dictOf(names(50), level - 1).keep(level);
      module(script, { _modules: level }).keep(level + 1);
    }
    return script.recall(60).end();
  },
  'a long name for many modules': () => {
    const script = new PickleScript().text(long).keep(0).raw(0x7d).keep(1);
    module(script, { _modules: 1, _parameters: 1 }).keep(2);
    for (let level = 3; level < 3000; level += 2) {
      script
        .raw(0x7d)
        .recall(0)
        .recall(level - 1)
        .raw(0x73)
        .keep(level);
      module(script, { _modules: level }).keep(level + 1);
    }
    return script.recall(3000).end();
  },
  'dicts in dicts, of which each has the one below many times': () => {
    const script = tensor(new PickleScript()).keep(0);
    for (let level = 1; level < 100; level++)
      script
        .dictOf(
          names(50).map((name) => `${name}.synthesis.x`),
          level - 1,
        )
        .keep(level);
    return script.recall(99).end();
  },
  'a prefix of its own for each of many tensors': () => {
    const script = tensor(new PickleScript()).keep(0);
    return script
      .dictOf(
        names(60_000).map((name) => `${name}.synthesis.x`),
        0,
      )
      .end();
  },
  'one text for the bytes of many arrays': () => {
    const script = new PickleScript().text(long).keep(0);
    script.global('dnnlib.tflib.network', 'Network').raw(0x29, 0x81, 0x7d, 0x28);
    script.text('name').text('Gs').text('version').number(5).text('variables').raw(0x28);
    for (const name of names(6000)) array(script.text(name), 0, 1e6).raw(0x86);
    return script.raw(0x6c, 0x75, 0x62).end();
  },
  'a long tuple as the shape of many tensors': () => {
    const script = new PickleScript().raw(0x28);
    for (let i = 0; i < 50_000; i++) script.number(1);
    script.raw(0x74).keep(0).raw(0x7d, 0x28);
    for (const name of names(6000)) {
      script.text(`synthesis.${name}`).global('torch._utils', '_rebuild_tensor_v2').raw(0x28);
      script.number(0).number(0).recall(0).recall(0).raw(0x74, 0x52);
    }
    return script.raw(0x75).end();
  },
};

describe.each(Object.entries(bombs))('%s', (_, make) => {
  it.each([
    ['model', (bytes: Uint8Array) => readGenerator(parseModelFile(bytes, 'x'))],
    ['latent', (bytes: Uint8Array) => readLatent(bytes, { numWs: 8, wDim: 16 }, 'x')],
  ])('is refused as a %s in no more time and memory than the file asks for', (_kind, read) => {
    const bytes = make();
    const memory = process.memoryUsage();
    const before = process.cpuUsage();
    expect(() => read(bytes)).toThrow(DragganError);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(longest);
    const after = process.memoryUsage();
    const grown = after.heapUsed + after.arrayBuffers - memory.heapUsed - memory.arrayBuffers;
    expect(grown).toBeLessThan(largest);
  });
});
