import type { Engine } from '../../src/engine/device.ts';
import type { Call } from '../../src/engine/graph/reversal.ts';
import { StandingPlan } from '../../src/engine/graph/standing_plan.ts';
import { Arena } from '../../src/engine/memory/arena.ts';
import { imagePixels, type PixelImage } from '../../src/engine/memory/image.ts';
import { readTensor, TensorStore } from '../../src/engine/memory/tensors.ts';
import type { ImageSink } from '../../src/engine/present.ts';
import { InputError } from '../../src/formats/errors.ts';
import type { Draggable, Field, LatentLeaf } from '../../src/models/draggable.ts';

const height = 32;
const width = 64;
const channels = 8;
const extent = { height, width };
/** Nothing in f32 is larger. */
const noClamp = 3.4e38;

/**
 * A generator that is no StyleGAN2: its latent is one map, its network two plain convolutions, and its picture one channel
 * that is twice as wide as high. It cannot tell which cells an iteration needs.
 */
export class SketchGenerator implements Draggable {
  readonly store: TensorStore;
  readonly arena: Arena;
  readonly picture = extent;
  readonly dragDefaults = null;
  readonly leaves: readonly LatentLeaf[] = [
    { name: 'sketch', layout: 'map', shape: [1, 1, height, width], trained: true },
  ];
  readonly fields: readonly Field[] = [
    { name: 'strokes', map: 'strokes', channels, extent },
    { name: 'drawing', map: 'drawing', channels: 1, extent },
  ];
  readonly #own: TensorStore;
  readonly #drawing: StandingPlan;

  constructor(readonly engine: Engine) {
    this.store = new TensorStore(engine.device);
    this.arena = new Arena(engine.device);
    // A blur, in different strengths, and their mean.
    const blur = [1, 2, 1, 2, 4, 2, 1, 2, 1].map((weight) => weight / 16);
    const strength = (channel: number): number => (channel % 2 === 0 ? 1 : -1) / (1 + channel / 4);
    const each = Array.from({ length: channels }, (_, channel) => strength(channel));
    this.#layer(
      'strokes',
      { inputs: 1, outputs: channels },
      each.flatMap((s) => blur.map((b) => s * b)),
    );
    this.#layer(
      'drawing',
      { inputs: channels, outputs: 1 },
      each.flatMap((s) => blur.map((b) => (s * b) / channels)),
    );
    this.#own = new TensorStore(engine.device, this.store);
    this.#own.create('sketch', 'map', [1, 1, height, width]);
    this.#own.create('drawing', 'map', [1, 1, height, width]);
    this.#drawing = new StandingPlan({ calls: this.calls(this.fields[1]) }, () => ({
      ...engine,
      store: this.#own,
      arena: this.arena,
    }));
  }

  checkLatent(latent: ArrayLike<number>): void {
    if (latent.length !== height * width || !Array.from(latent).every(Number.isFinite))
      throw new InputError(`a sketch has ${height} × ${width} finite values`);
  }

  calls({ name }: Field): readonly Call[] {
    const strokes = convolution('sketch', 'strokes', { inputs: 1, outputs: channels }, 0.2);
    if (name === 'strokes') return strokes;
    return [...strokes, ...convolution('strokes', 'drawing', { inputs: channels, outputs: 1 }, 1)];
  }

  async present(latent: ArrayLike<number>, sink: ImageSink): Promise<void> {
    await this.#draw(latent);
    sink.draw(this.#own.get('drawing'));
  }

  async image(latent: ArrayLike<number>): Promise<PixelImage> {
    await this.#draw(latent);
    const drawing = this.#own.get('drawing');
    return imagePixels(await readTensor(this.engine.device, drawing), drawing.shape);
  }

  /** The drawing's values, row by row. */
  async values(latent: ArrayLike<number>): Promise<Float32Array> {
    await this.#draw(latent);
    return this.#own.read('drawing');
  }

  destroy(): void {
    this.#drawing.destroy();
    this.#own.destroy();
    this.arena.destroy();
    this.store.destroy();
  }

  async #draw(latent: ArrayLike<number>): Promise<void> {
    this.checkLatent(latent);
    const plan = await this.#drawing.current();
    this.#own.write('sketch', latent);
    plan.submit(this.engine.device);
  }

  /** A plain convolution: nothing is modulated or demodulated, and no noise is added. */
  #layer(name: string, { inputs, outputs }: Channels, weight: number[]): void {
    const ones = (length: number): number[] => new Array<number>(length).fill(1);
    this.store.create(`${name}.weight`, 'convolution', [outputs, inputs, 3, 3], weight);
    this.store.create(`${name}.styles`, 'vector', [1, inputs], ones(inputs));
    this.store.create(`${name}.demodulation`, 'vector', [1, outputs], ones(outputs));
    this.store.create(`${name}.noise`, 'plain', [height, width]);
    this.store.create(`${name}.bias`, 'vector', [outputs]);
  }
}

interface Channels {
  readonly inputs: number;
  readonly outputs: number;
}

function convolution(x: string, y: string, { inputs, outputs }: Channels, slope: number): Call[] {
  const u = `${y}.u`;
  const of = (part: string): string => `${y}.${part}`;
  return [
    {
      operation: 'conv3x3',
      label: of('convolution'),
      sizes: { samples: 1, inputs, outputs, height, width },
      tensors: { x, styles: of('styles'), weight: of('weight'), u },
      layer: y,
    },
    {
      operation: 'bias_act',
      label: of('activation'),
      sizes: { samples: 1, channels: outputs, height, width },
      tensors: { u, demodulation: of('demodulation'), noise: of('noise'), bias: of('bias'), y },
      params: { slope, gain: 1, clamp: noClamp, noise_gain: 0 },
      layer: y,
    },
  ];
}

/** A sketch with a round spot. */
export const spot = ([row, column]: readonly [number, number]): Float32Array =>
  Float32Array.from({ length: height * width }, (_, i) => {
    const distance = Math.hypot(Math.floor(i / width) - row, (i % width) - column);
    return 2 * Math.exp(-((distance / 3) ** 2)) - 0.5;
  });
