import { blockSize, blocksOf, lastBlock } from './config.ts';
import { activationGain, type LayerCall, type NetworkShape, slope } from './layer_call.ts';
import { blockMaps, channelsOf, latentRow, layerName, weightParts } from './layers.ts';

/** Stands for "no clamp": nothing in f32 is larger. */
const noClamp = 3.4e38;

export interface SynthesisRequest {
  /** Name of the last block that is run. */
  readonly upTo: number;
  /** True if the image is wanted; otherwise no toRGB layer is run. */
  readonly image: boolean;
  readonly samples?: number;
}

/** The synthesis network, from `ws.{row}` (N, w_dim) to `b{r}.x` and `image`. Source: SPEC §2. */
export function synthesisCalls(config: NetworkShape, request: SynthesisRequest): LayerCall[] {
  const { upTo, image } = request;
  const calls: LayerCall[] = [];
  for (const block of blocksOf(config).filter((one) => one <= upTo)) {
    const below = block === 4 ? 'synthesis.b4.const' : `b${block / 2}.x`;
    const layers = new BlockCalls(config, block, request);
    if (block === 4) {
      calls.push(...layers.convolution('conv1', below, `b${block}.x`));
    } else {
      calls.push(...layers.convolution('conv0', below, `b${block}.conv0`));
      calls.push(...layers.convolution('conv1', `b${block}.conv0`, `b${block}.x`));
    }
    if (image) calls.push(...layers.toRgb());
  }
  return calls;
}

/** The name of a block's image: the last one is `image`. */
export const imageName = (config: Pick<NetworkShape, 'channels'>, block: number): string =>
  block === lastBlock(config) ? 'image' : `b${block}.img`;

class BlockCalls {
  readonly #config: NetworkShape;
  readonly #block: number;
  readonly #samples: number;

  constructor(config: NetworkShape, block: number, request: SynthesisRequest) {
    this.#config = config;
    this.#block = block;
    this.#samples = request.samples ?? 1;
  }

  /** Style, demodulation, convolution (with its FIR where it up-samples), and what follows it. */
  convolution(layer: 'conv0' | 'conv1', x: string, y: string): LayerCall[] {
    const block = this.#block;
    const samples = this.#samples;
    const up = layer === 'conv0';
    const high = blockSize(this.#config, block);
    const official = layerName({ block, layer });
    const name = `b${block}.${layer}`;
    const outputs = channelsOf(this.#config, block);
    const inputs = up ? channelsOf(this.#config, block / 2) : outputs;
    const styles = `${name}.styles`;
    const demodulation = `${name}.demodulation`;
    const u = `${name}.u`;
    const { conv0, conv1, t: filtered } = blockMaps(block);
    const below = up ? blockMaps(block / 2).conv1 : conv0;
    const made = up ? conv0 : conv1;
    const calls: LayerCall[] = [
      this.#styles(layer, inputs, 1),
      {
        operation: 'demodulate',
        label: `${name}.demodulate`,
        sizes: { samples, inputs, outputs },
        tensors: { energy: `${official}.energy`, styles, demodulation },
        layer: name,
      },
    ];
    if (up) {
      const low = blockSize(this.#config, block / 2);
      const parts = weightParts(this.#config, { block, layer });
      for (const { name: weight, suffix, first, channels } of parts) {
        const t = `${name}.t${suffix}`;
        calls.push(
          {
            operation: 'conv3x3_up',
            label: `${name}.convolution${suffix}`,
            sizes: { samples, inputs, outputs: channels, ...low },
            tensors: { x, styles, weight, t },
            layer: name,
            maps: { x: below, t: filtered, blocks: filtered },
          },
          {
            operation: 'fir',
            label: `${name}.fir${suffix}`,
            sizes: { samples, channels, total: outputs, ...high },
            tensors: { t, u },
            params: { first },
            layer: name,
            maps: { t: filtered, u: made },
          },
        );
      }
    } else {
      calls.push({
        operation: 'conv3x3',
        label: `${name}.convolution`,
        sizes: { samples, inputs, outputs, ...high },
        tensors: { x, styles, weight: `${official}.weight`, u },
        layer: name,
        maps: { x: below, u: made },
      });
    }
    calls.push({
      operation: 'bias_act',
      label: `${name}.bias_act`,
      sizes: { samples, channels: outputs, ...high },
      tensors: { u, demodulation, noise: `${official}.noise`, bias: `${official}.bias`, y },
      params: { slope, gain: activationGain, clamp: this.#clamp(), noise_gain: 1 },
      layer: name,
      maps: { u: made, y: made },
    });
    return calls;
  }

  /** toRGB on top of the image so far. */
  toRgb(): LayerCall[] {
    const block = this.#block;
    const samples = this.#samples;
    const inputs = channelsOf(this.#config, block);
    const size = blockSize(this.#config, block);
    const image = imageName(this.#config, block);
    const rgb = block === 4 ? image : `b${block}.rgb`;
    const official = `synthesis.b${block}.torgb`;
    const calls: LayerCall[] = [
      this.#styles('torgb', inputs, 1 / Math.sqrt(inputs)),
      {
        operation: 'to_rgb',
        label: `b${block}.torgb`,
        sizes: { samples, inputs, outputs: this.#config.imgChannels, ...size },
        tensors: {
          x: `b${block}.x`,
          styles: `b${block}.torgb.styles`,
          weight: `${official}.weight`,
          bias: `${official}.bias`,
          rgb,
        },
        params: { clamp: this.#clamp() },
        layer: `b${block}.torgb`,
      },
    ];
    if (block > 4)
      calls.push({
        operation: 'upsample',
        label: `b${block}.upsample`,
        sizes: { samples, channels: this.#config.imgChannels, ...size },
        tensors: { previous: imageName(this.#config, block / 2), rgb, image },
        layer: `b${block}.torgb`,
      });
    return calls;
  }

  #styles(layer: 'conv0' | 'conv1' | 'torgb', inputs: number, gain: number): LayerCall {
    const official = `synthesis.b${this.#block}.${layer}.affine`;
    const { wDim } = this.#config;
    const row = latentRow(this.#block, layer);
    return {
      operation: 'fully_connected',
      label: `b${this.#block}.${layer}.styles`,
      sizes: { samples: this.#samples, inputs: wDim, outputs: inputs },
      tensors: {
        x: `ws.${row}`,
        weight: `${official}.weight`,
        bias: `${official}.bias`,
        y: `b${this.#block}.${layer}.styles`,
      },
      params: { weight_gain: 1 / Math.sqrt(wDim), bias_gain: 1, slope: 1, gain },
      layer: `b${this.#block}.${layer}`,
      row,
    };
  }

  #clamp(): number {
    return this.#config.convClamp ?? noClamp;
  }
}
