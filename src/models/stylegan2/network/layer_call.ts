import type { GeneratorConfig } from './config.ts';

/**
 * The network as data: one use of an operation, with the names of its tensors. Weights go by their official names;
 * `ws.{row}` is a row of ws, `b{r}.x` a block's features, `b{r}.img` its image (the last one is `image`).
 */
export interface LayerCall {
  readonly operation:
    | 'normalize'
    | 'fully_connected'
    | 'fully_connected_many'
    | 'truncate'
    | 'weight_energy'
    | 'noise_map'
    | 'demodulate'
    | 'conv3x3'
    | 'conv3x3_up'
    | 'fir'
    | 'bias_act'
    | 'to_rgb'
    | 'upsample'
    | 'keep_part';
  readonly label: string;
  readonly sizes: Readonly<Record<string, number>>;
  readonly tensors: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, number>>;
  /** The layer that the call is a part of: `b{r}.conv0`, `b{r}.conv1`, `b{r}.torgb`. */
  readonly layer?: string;
  /** The row of ws that the call reads. */
  readonly row?: number;
  /** Shader tensor → the map that it lies on, as `blockMaps` (layers.ts) names them. */
  readonly maps?: Readonly<Record<string, string>>;
}

/** All of a network that its calls depend on. */
export type NetworkShape = Pick<
  GeneratorConfig,
  | 'constant'
  | 'imgChannels'
  | 'channels'
  | 'zDim'
  | 'cDim'
  | 'wDim'
  | 'numWs'
  | 'mappingLayers'
  | 'convClamp'
> & {
  /** Bytes of the largest tensor that the device binds: layers with larger ones come in parts. */
  readonly largestTensor?: number;
};

/** Slope of leaky ReLU, and the gain that keeps its output's variance. */
export const slope = 0.2;
export const activationGain = Math.SQRT2;
