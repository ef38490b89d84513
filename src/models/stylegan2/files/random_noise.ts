import {
  elementCount,
  type NamedTensor,
  type TensorFile,
} from '../../../formats/tensors/named_tensors.ts';
import { seedLatent } from '../network/seeds.ts';

/** What a generator's names may stand behind in a file. */
const noisyLayer = /^(?:G\.)?(synthesis\.b(\d{1,4})\.conv[01])\.noise_strength$/;

interface NoisyLayer {
  readonly name: string;
  readonly size: readonly [height: number, width: number];
}

/** True if layers of the file add noise, but it has no map of it for some of them. */
export const lacksNoiseMaps = (file: TensorFile): boolean =>
  noisyLayers(file).some(({ name }) => !file.tensors.has(`${name}.noise_const`));

/**
 * The model with other maps in the place of the noise that it adds, or of the maps that it lacks: those of NumPy's
 * RandomState(seed), one layer after the other from the lowest.
 * @param seed 0 to 2^32 − 1
 */
export function withRandomNoise(file: TensorFile, seed: number): TensorFile {
  const tensors = new Map(file.tensors);
  const layers = noisyLayers(file);
  const total = layers.reduce((sum, { size }) => sum + elementCount(size), 0);
  const values = seedLatent(seed, total);
  let first = 0;
  for (const { name, size } of layers) {
    const own = values.subarray(first, first + elementCount(size));
    first += own.length;
    const map: NamedTensor = { shape: [...size], dtype: 'F32', data: () => own.slice() };
    tensors.set(`${name}.noise_const`, map);
  }
  return { ...file, tensors };
}

/** The layers that add noise, lowest first; none in a file that has no constant, which is refused later. */
function noisyLayers({ tensors }: TensorFile): NoisyLayer[] {
  const constant = tensors.get('synthesis.b4.const') ?? tensors.get('G.synthesis.b4.const');
  const [, height = 0, width = 0] = constant?.shape ?? [];
  const layers: (NoisyLayer & { readonly block: number })[] = [];
  for (const name of tensors.keys()) {
    const [, , block = ''] = noisyLayer.exec(name) ?? [];
    const scale = Number(block) / 4;
    if (Number.isInteger(scale) && scale > 0 && scale <= largestScale && height * width <= 256)
      layers.push({
        name: name.slice(0, -'.noise_strength'.length),
        size: [height * scale, width * scale],
        block: scale,
      });
  }
  return layers.sort((a, b) => a.block - b.block || a.name.localeCompare(b.name));
}

/** Of the last block, 1024. */
const largestScale = 256;
