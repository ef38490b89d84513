import { type Call, gradientOf } from '../engine/graph/reversal.ts';
import { vectorStride } from '../engine/memory/layouts.ts';
import type { TensorStore } from '../engine/memory/tensors.ts';
import { blockSize, type GeneratorConfig } from '../models/stylegan2/network/config.ts';
import { type ConvolutionLayer, layerName } from '../models/stylegan2/network/layers.ts';
import { noiseMapCalls } from '../models/stylegan2/network/noise_maps.ts';
import { mapName, type NoiseMaps } from './noise_maps.ts';
import { adamWeightsCall, createTrained } from './trained_tensors.ts';

/** All maps one after the other, so that they are read and trained at once. */
const all = 'noise_consts';
/** The pyramid of a map ends where its larger side is this. Karras et al. 2020, appendix D. */
const coarsest = 8;

/**
 * The part of a search that looks for noise maps beside the latent: so that their neighbours have nothing in common at
 * any scale, and each keeps mean 0 and variance 1, else they would carry what the latent should. Without layers it
 * does nothing. Source: Karras et al. 2020, appendix D.
 */
export class NoiseSearch {
  /** Calls that make the noise that the network's layers add. */
  readonly network: readonly Call[];
  /** Calls that compute the regulariser's loss. */
  readonly regularizer: readonly Call[];
  /** Tensors whose gradients are needed. */
  readonly wanted: readonly string[];
  /** Calls that make a step. Their parameters, `adamParams`, are those of the label `noise.adam`. */
  readonly afterwards: readonly Call[];

  /** @param regularization weight of the regulariser */
  constructor(
    private readonly store: TensorStore,
    private readonly config: Pick<GeneratorConfig, 'constant'>,
    private readonly layers: readonly ConvolutionLayer[],
    regularization: number,
  ) {
    this.network = noiseMapCalls(config, layers);
    this.wanted = layers.map(mapName);
    this.regularizer = layers.flatMap((layer) =>
      pyramidCalls(layer, this.#sizeOf(layer), regularization),
    );
    this.afterwards = layers.length > 0 ? this.#create() : [];
  }

  /** Puts the search at these maps. */
  place(maps: NoiseMaps): void {
    for (const [name, map] of maps) this.store.write(name, map);
  }

  async read(): Promise<NoiseMaps> {
    if (this.layers.length === 0) return new Map();
    const values = await this.store.read(all);
    return new Map(
      this.#offsets().map(({ name, offset, length }) => [
        name,
        values.slice(offset, offset + length),
      ]),
    );
  }

  #create(): Call[] {
    const { store, layers } = this;
    const lengths = layers.map((layer) => this.#lengthOf(layer));
    const words = lengths.reduce((sum, length) => sum + vectorStride(length), 0);
    createTrained(store, all, 'plain', [words]);
    for (const { name, offset, length } of this.#offsets()) {
      store.slice(name, all, 4 * offset, 4 * length);
      store.slice(gradientOf(name), gradientOf(all), 4 * offset, 4 * length);
    }
    for (const layer of layers) {
      const { height, width } = this.#sizeOf(layer);
      store.create(`${layerName(layer)}.noise`, 'plain', [height, width]);
    }
    return [
      adamWeightsCall(store, all, 'noise.adam'),
      ...layers.map(
        (layer): Call => ({
          operation: 'normalize_noise',
          label: `${mapName(layer)}.normalize`,
          sizes: this.#sizeOf(layer),
          tensors: { x: mapName(layer) },
        }),
      ),
    ];
  }

  #sizeOf({ block }: ConvolutionLayer): MapSize {
    return blockSize(this.config, block);
  }

  #lengthOf(layer: ConvolutionLayer): number {
    const { height, width } = this.#sizeOf(layer);
    return height * width;
  }

  /** Where the maps are, in words. */
  #offsets(): { name: string; offset: number; length: number }[] {
    let offset = 0;
    return this.layers.map((layer) => {
      const length = this.#lengthOf(layer);
      const place = { name: mapName(layer), offset, length };
      offset += vectorStride(length);
      return place;
    });
  }
}

/** Height and width, in cells. */
type MapSize = ReturnType<typeof blockSize>;

/** The regulariser of one map, at each level of its pyramid. */
function pyramidCalls(layer: ConvolutionLayer, size: MapSize, factor: number): Call[] {
  const calls: Call[] = [];
  let x = mapName(layer);
  for (let { height, width } = size; ; [height, width] = [height / 2, width / 2]) {
    calls.push({
      operation: 'noise_correlation',
      label: `${x}.correlation`,
      sizes: { height, width },
      tensors: { x },
      params: { factor },
    });
    // A map whose side is odd, as a constant's may be, cannot be halved.
    if (Math.max(height, width) <= coarsest || height % 2 === 1 || width % 2 === 1) return calls;
    const coarse = `${mapName(layer)}.${height / 2}`;
    calls.push({
      operation: 'noise_down',
      label: `${x}.down`,
      sizes: { height, width },
      tensors: { x, coarse },
    });
    x = coarse;
  }
}
