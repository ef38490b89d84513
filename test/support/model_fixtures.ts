import { readFileSync } from 'node:fs';
import { unpickle } from '../../src/formats/pickle/pickle.ts';
import { harmlessNames } from '../../src/formats/pickle/pickle_names.ts';
import { entriesOf, type PickleDict } from '../../src/formats/pickle/pickle_values.ts';
import { moduleOf } from '../../src/models/stylegan2/files/official_modules.ts';

/** The tiny and the conditional network in every format, and the safetensors file with the same weights. */
export const modelFixtures = [
  { name: 'tiny_official.pkl', format: 'official pickle', twin: 'tiny' },
  { name: 'tiny_tensorflow.pkl', format: 'TensorFlow pickle', twin: 'tiny' },
  { name: 'tiny_tensorflow_scalars.pkl', format: 'TensorFlow pickle', twin: 'tiny' },
  { name: 'tiny_rosinality_zip.pt', format: 'rosinality zip', twin: 'tiny' },
  { name: 'tiny_rosinality_legacy.pt', format: 'rosinality legacy', twin: 'tiny' },
  { name: 'conditional_official.pkl', format: 'official pickle', twin: 'conditional' },
] as const;

export function readModelFixture(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(`../fixtures/${name}`, import.meta.url)));
}

/** The tiny official pickle as a tree of its own, to be changed and written again. */
export function officialTree() {
  const bytes = readModelFixture('tiny_official.pkl');
  const networks = entriesOf(unpickle({ bytes, origin: 0 }, harmlessNames).value);
  if (!networks) throw new RangeError('tiny_official.pkl is no dict');
  /** The attributes of a module of G_ema by its path, e.g. `synthesis.b8`. */
  const attributes = (path: string): PickleDict => {
    let found = moduleOf(networks.get('G_ema'))?.attributes;
    for (const name of path.split('.').filter((part) => part !== '')) {
      found = moduleOf(entriesOf(found?.get('_modules'))?.get(name))?.attributes;
    }
    if (!found) throw new RangeError(`G_ema has no ${path}`);
    return found;
  };
  /** Its parameters, buffers or modules. */
  const children = (path: string, kind: '_parameters' | '_buffers' | '_modules'): PickleDict => {
    const found = entriesOf(attributes(path).get(kind));
    if (!found) throw new RangeError(`${path} has no ${kind}`);
    return found;
  };
  return { networks, attributes, children };
}

/** The first place where two lists differ, −1 where they are equal: vitest takes a second for 100,000 numbers. */
export function firstDifference(a: ArrayLike<number> = [], b: ArrayLike<number> = []): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) if (!Object.is(a[i], b[i])) return i;
  return -1;
}
