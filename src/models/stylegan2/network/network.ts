import { blockSize, blocksOf, type GeneratorConfig, lastBlock } from './config.ts';

/**
 * The network as data: one use of an operation, with the names of its tensors. Weights go by their official names;
 * `ws.{row}` is a row of ws, `b{r}.x` a block's features, `b{r}.img` its image (the last one is `image`).
 */
export interface LayerCall {
  readonly operation:
    | 'normalize'
    | 'fully_connected'
    | 'truncate'
    | 'weight_energy'
    | 'noise_map'
    | 'demodulate'
    | 'conv3x3'
    | 'conv3x3_up'
    | 'fir'
    | 'bias_act'
    | 'to_rgb'
    | 'upsample';
  readonly label: string;
  readonly sizes: Readonly<Record<string, number>>;
  readonly tensors: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, number>>;
  /** The layer that the call is a part of: `b{r}.conv0`, `b{r}.conv1`, `b{r}.torgb`. */
  readonly layer?: string;
  /** The row of ws that the call reads. */
  readonly row?: number;
  /** Shader tensor → the map that it lies on, as `blockMaps` names them. */
  readonly maps?: Readonly<Record<string, string>>;
}

/**
 * Names of the maps of a block: what conv1 makes, which is the block's `x`; what conv0 makes, in the lowest block the
 * constant; and what is between conv0's convolution and its filter.
 */
export const blockMaps = (block: number) => ({
  conv1: `b${block}.conv1`,
  conv0: `b${block}.conv0`,
  t: `b${block}.t`,
});

type NetworkShape = Pick<
  GeneratorConfig,
  'constant' | 'imgChannels' | 'channels' | 'zDim' | 'cDim' | 'wDim' | 'mappingLayers' | 'convClamp'
> & {
  readonly numWs: number;
  /** Bytes of the largest tensor that the device binds: layers with larger ones come in parts. */
  readonly largestTensor?: number;
};

/** Slope of leaky ReLU, and the gain that keeps its output's variance. */
const slope = 0.2;
const activationGain = Math.SQRT2;
/** Learning-rate multiplier of the mapping network. */
const mappingMultiplier = 0.01;
/** Stands for "no clamp": nothing in f32 is larger. */
const noClamp = 3.4e38;

/**
 * The mapping network: `z` (N, z_dim), and `c` (N, c_dim) where the network has classes, to `ws` (num_ws, N, w_dim).
 * Parameters of the call `truncate`: `psi`, `cutoff`. Source: SPEC §1.
 */
export function mappingCalls(config: NetworkShape, samples = 1): LayerCall[] {
  const { zDim, cDim, wDim, mappingLayers, numWs } = config;
  const total = cDim > 0 ? zDim + wDim : zDim;
  const normalize = (x: string, channels: number, offset: number): LayerCall => ({
    operation: 'normalize',
    label: `mapping.normalize.${x}`,
    sizes: { samples, channels, total },
    tensors: { x, y: 'mapping.x' },
    params: { offset },
  });
  const calls = [normalize('z', zDim, 0)];
  if (cDim > 0) {
    calls.push({
      operation: 'fully_connected',
      label: 'mapping.embed',
      sizes: { samples, inputs: cDim, outputs: wDim },
      tensors: {
        x: 'c',
        weight: 'mapping.embed.weight',
        bias: 'mapping.embed.bias',
        y: 'mapping.embedding',
      },
      params: { weight_gain: 1 / Math.sqrt(cDim), bias_gain: 1, slope: 1, gain: 1 },
    });
    calls.push(normalize('mapping.embedding', wDim, zDim));
  }
  for (let layer = 0; layer < mappingLayers; layer++) {
    const inputs = layer === 0 ? total : wDim;
    calls.push({
      operation: 'fully_connected',
      label: `mapping.fc${layer}`,
      sizes: { samples, inputs, outputs: wDim },
      tensors: {
        x: layer === 0 ? 'mapping.x' : `mapping.x${layer}`,
        weight: `mapping.fc${layer}.weight`,
        bias: `mapping.fc${layer}.bias`,
        y: `mapping.x${layer + 1}`,
      },
      params: {
        weight_gain: mappingMultiplier / Math.sqrt(inputs),
        bias_gain: mappingMultiplier,
        slope,
        gain: activationGain,
      },
    });
  }
  calls.push({
    operation: 'truncate',
    label: 'truncate',
    sizes: { rows: numWs, samples, length: wDim },
    tensors: { w: `mapping.x${mappingLayers}`, average: 'mapping.w_avg', ws: 'ws' },
    params: { psi: 1, cutoff: numWs },
  });
  return calls;
}

export interface SynthesisRequest {
  /** Name of the last block that is run. */
  readonly upTo: number;
  /** True if the image is wanted; otherwise no toRGB layer is run. */
  readonly image: boolean;
  readonly samples?: number;
}

/** A part of a layer's output channels. */
export interface ChannelPart {
  readonly first: number;
  readonly channels: number;
}

/**
 * How the output of an up-sampling convolution, (h + 1) × (w + 1) before its FIR and the largest tensor of a network,
 * is cut into parts of at most `largestTensor` bytes: whole groups of four channels. One part where it fits.
 */
export function upsamplingParts(
  outputs: number,
  { height, width }: { readonly height: number; readonly width: number },
  largestTensor = Number.POSITIVE_INFINITY,
): ChannelPart[] {
  const bytesOfFour = 16 * (height + 1) * (width + 1);
  const most = 4 * Math.max(1, Math.floor(largestTensor / bytesOfFour));
  const parts: ChannelPart[] = [];
  for (let first = 0; first < outputs; first += most)
    parts.push({ first, channels: Math.min(most, outputs - first) });
  return parts;
}

/** Which row of ws feeds a layer. Source: SPEC §2. */
export function latentRow(block: number, layer: 'conv0' | 'conv1' | 'torgb'): number {
  if (block === 4) return layer === 'torgb' ? 1 : 0;
  const first = 2 * Math.log2(block) - 5;
  return first + { conv0: 0, conv1: 1, torgb: 2 }[layer];
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
    const official = `synthesis.b${block}.${layer}`;
    const name = `b${block}.${layer}`;
    const outputs = this.#channels(block);
    const inputs = up ? this.#channels(block / 2) : outputs;
    const styles = `${name}.styles`;
    const demodulation = `${name}.demodulation`;
    const u = `${name}.u`;
    const weight = `${official}.weight`;
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
      const parts = upsamplingParts(outputs, high, this.#config.largestTensor);
      for (const [part, { first, channels }] of parts.entries()) {
        const suffix = parts.length === 1 ? '' : `.${part}`;
        const t = `${name}.t${suffix}`;
        calls.push(
          {
            operation: 'conv3x3_up',
            label: `${name}.convolution${suffix}`,
            sizes: { samples, inputs, outputs: channels, ...low },
            tensors: { x, styles, weight: `${weight}${suffix}`, t },
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
        tensors: { x, styles, weight, u },
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
    const inputs = this.#channels(block);
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

  #channels(block: number): number {
    const channels = this.#config.channels.get(block);
    if (channels === undefined) throw new RangeError(`the network has no block ${block}²`);
    return channels;
  }
}
