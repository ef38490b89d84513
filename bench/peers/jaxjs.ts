/** The drag iteration in jax-js on WebGPU, with its own gradients, compiled by its jit. A peer of bench:peers. */
import { defaultDevice, init, jit, lax, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { latentRow } from '../../src/models/stylegan2/network/layers.ts';
import { type PeerImplementation, type PeerInput, servePeer } from './peer_process.ts';

type Tensor = np.Array;

const fir = [1, 3, 3, 1].map((tap) => tap / 4);
const trainedRows = 6;

/** An operation of jax-js frees the arrays that it takes, unless it is given their `ref`. */
class JaxPeer implements PeerImplementation {
  readonly #input: PeerInput;
  readonly #tensors = new Map<string, Tensor>();
  readonly #picture = jit((ws: Tensor) => this.#image(ws));
  readonly #step = jit(valueAndGrad((w: Tensor) => this.#lossAndFound(w), { hasAux: true }));

  constructor(input: PeerInput) {
    this.#input = input;
    this.#makeConstants();
  }

  async forward(): Promise<Float32Array> {
    const image = this.#picture(this.#tensor('bench.ws'));
    return Float32Array.from(await image.data());
  }

  async iteration() {
    const w = this.#tensor('bench.w');
    const [[value, index], grad] = this.#step(w);
    const [loss] = await value.data();
    const gradient = Float32Array.from(await grad.data());
    const [at] = await index.data();
    const { shape } = this.#input.tensor('bench.window_rows');
    return { loss, gradient, found: [Math.floor(at / shape[0]), at % shape[0]] };
  }

  #lossAndFound(w: Tensor): [Tensor, Tensor] {
    const { cells } = this.#input;
    let x = this.#const();
    for (let r = 4; r <= cells; r *= 2) x = this.#block(x, w, r);
    w.dispose();
    const [, channels] = x.shape;
    const features = x.reshape([channels, cells, cells]);
    const window = this.#sample(features.ref, 'window_rows', 'window_columns');
    const difference = window.sub(this.#tensor('bench.reference').reshape([channels, 1, 1]));
    const distances = np.sum(np.square(difference), 0);
    const found = np.argmin(lax.stopGradient(distances.reshape([-1])));
    const patch = lax.stopGradient(this.#sample(features.ref, 'patch_rows', 'patch_columns'));
    const shifted = this.#sample(features, 'shifted_rows', 'shifted_columns');
    const terms = np.sum(np.abs(shifted.sub(patch)), 0);
    return [np.sum(terms.mul(this.#tensor('bench.patch_weight'))), found.astype(np.float32)];
  }

  #image(ws: Tensor): Tensor {
    let x = this.#const();
    let picture: Tensor | undefined;
    for (let r = 4; r <= this.#input.config.resolution; r *= 2) {
      x = this.#block(x, ws, r);
      const colours = this.#toRgb(x.ref, ws, r);
      picture = picture ? this.#upsample(picture).add(colours) : colours;
    }
    x.dispose();
    ws.dispose();
    return picture ?? np.zeros([1]);
  }

  #const(): Tensor {
    const constant = this.#tensor('synthesis.b4.const');
    return constant.reshape([1, ...constant.shape]);
  }

  #block(below: Tensor, ws: Tensor, r: number): Tensor {
    let x = below;
    if (r > 4) x = this.#convolution(x, this.#row(ws, latentRow(r, 'conv0')), r, 'conv0');
    return this.#convolution(x, this.#row(ws, latentRow(r, 'conv1')), r, 'conv1');
  }

  /** A row of w where it is trained, else of ws. */
  #row(ws: Tensor, row: number): Tensor {
    const [rows] = ws.shape;
    if (row < rows) return ws.ref.slice(row);
    return this.#tensor('bench.ws').slice(row);
  }

  #convolution(x: Tensor, w: Tensor, r: number, layer: 'conv0' | 'conv1'): Tensor {
    const name = `synthesis.b${r}.${layer}`;
    const styles = this.#styles(w, name);
    const squares = np.matmul(this.#tensor(`${name}.energy`), np.square(styles.ref));
    const demodulation = np.reciprocal(np.sqrt(squares.add(1e-8)));
    const modulated = x.mul(styles.reshape([1, -1, 1, 1]));
    let y: Tensor;
    if (layer === 'conv1') {
      y = lax.conv(modulated, this.#tensor(`${name}.weight`), [1, 1], 'SAME');
    } else {
      const around: [number, number][] = [
        [2, 2],
        [2, 2],
      ];
      const flipped = this.#tensor(`${name}.flipped`);
      const t = lax.convWithGeneralPadding(modulated, flipped, [1, 1], around, [2, 2]);
      y = filtered(t, this.#tensor('fir'), r);
    }
    const noise = this.#tensor(`${name}.noise`);
    const bias = this.#tensor(`${name}.bias`).reshape([1, -1, 1, 1]);
    const biased = y
      .mul(demodulation.reshape([1, -1, 1, 1]))
      .add(noise)
      .add(bias);
    return nn.leakyRelu(biased, 0.2).mul(Math.SQRT2);
  }

  #styles(w: Tensor, layer: string): Tensor {
    const product = np.matmul(this.#tensor(`${layer}.affine.weight`), w);
    const scaled = product.mul(1 / Math.sqrt(this.#input.config.wDim));
    return scaled.add(this.#tensor(`${layer}.affine.bias`));
  }

  #toRgb(x: Tensor, ws: Tensor, r: number): Tensor {
    const name = `synthesis.b${r}.torgb`;
    const styles = this.#styles(this.#row(ws, latentRow(r, 'torgb')), name);
    const scaled = styles.mul(1 / Math.sqrt(x.shape[1])).reshape([1, -1, 1, 1]);
    const y = lax.conv(x.mul(scaled), this.#tensor(`${name}.weight`), [1, 1], 'VALID');
    return y.add(this.#tensor(`${name}.bias`).reshape([1, -1, 1, 1]));
  }

  /** Zeros between the pixels, two before and one after, and the low-pass filter. */
  #upsample(image: Tensor): Tensor {
    const around: [number, number][] = [
      [2, 2],
      [2, 2],
    ];
    return lax.convWithGeneralPadding(image, this.#tensor('upsample'), [1, 1], around, [2, 2]);
  }

  /** rows · F · columnsᵀ, (channels, rows, columns). */
  #sample(features: Tensor, rows: string, columns: string): Tensor {
    const left = this.#tensor(`bench.${rows}`);
    const right = this.#tensor(`bench.${columns}`);
    const [channels, n] = features.shape;
    const [height] = left.shape;
    const [width] = right.shape;
    const flat = np.transpose(features, [1, 0, 2]).reshape([n, channels * n]);
    const some = np.matmul(left, flat).reshape([height * channels, n]);
    const both = np.matmul(some, np.matrixTranspose(right));
    return np.transpose(both.reshape([height, channels, width]), [1, 0, 2]);
  }

  #tensor(name: string): Tensor {
    const tensor = this.#tensors.get(name);
    if (!tensor) throw new Error(`there is no constant ${name}`);
    return tensor.ref;
  }

  /** Makes all that does not depend on w before jit, within which nothing that lasts may be made. */
  #makeConstants(): void {
    const { config, tensor } = this.#input;
    const add = (name: string, shape: readonly number[], data: Float32Array) =>
      this.#tensors.set(name, np.array(data as Float32Array<ArrayBuffer>, { shape: [...shape] }));
    const copy = (name: string) => add(name, tensor(name).shape, tensor(name).data());
    for (const name of ['ws', 'reference', 'patch_weight']) copy(`bench.${name}`);
    for (const place of ['patch', 'shifted', 'window'])
      for (const axis of ['rows', 'columns']) copy(`bench.${place}_${axis}`);
    const length = trainedRows * config.wDim;
    add('bench.w', [trainedRows, config.wDim], tensor('bench.ws').data().slice(0, length));
    const taps = fir.flatMap((a) => fir.map((b) => a * b));
    add('fir', [1, 1, 4, 4], Float32Array.from(taps));
    // A filter for each colour: jax-js 0.1.25 gives wrong results if colours are passed as samples and dilated.
    const colours = Array.from({ length: 9 }, (_, i) => taps.map((tap) => (i % 4 === 0 ? tap : 0)));
    add('upsample', [3, 3, 4, 4], Float32Array.from(colours.flat()));
    copy('synthesis.b4.const');
    for (let r = 4; r <= config.resolution; r *= 2) {
      for (const layer of r === 4 ? ['conv1'] : ['conv0', 'conv1']) {
        const name = `synthesis.b${r}.${layer}`;
        for (const part of ['bias', 'affine.weight', 'affine.bias']) copy(`${name}.${part}`);
        const weight = tensor(`${name}.weight`);
        const [outputs, inputs] = weight.shape;
        const data = weight.data();
        add(`${name}.energy`, [outputs, inputs], energies(data));
        if (layer === 'conv0') add(`${name}.flipped`, weight.shape, flippedTaps(data));
        else add(`${name}.weight`, weight.shape, data);
        const [strength] = tensor(`${name}.noise_strength`).data();
        add(
          `${name}.noise`,
          [1, 1, r, r],
          tensor(`${name}.noise_const`)
            .data()
            .map((v) => v * strength),
        );
      }
      for (const part of ['weight', 'bias', 'affine.weight', 'affine.bias'])
        copy(`synthesis.b${r}.torgb.${part}`);
    }
  }
}

/** One cell of zeros on each side, then the filter on every channel by itself. */
function filtered(t: Tensor, taps: Tensor, side: number): Tensor {
  const [, channels] = t.shape;
  const around: [number, number][] = [
    [1, 1],
    [1, 1],
  ];
  const planes = t.reshape([channels, 1, side + 1, side + 1]);
  const y = lax.convWithGeneralPadding(planes, taps, [1, 1], around);
  return y.reshape([1, channels, side, side]);
}

/** Sums of squares over the nine taps. */
function energies(weight: Float32Array): Float32Array {
  const sums = new Float32Array(weight.length / 9);
  weight.forEach((value, i) => {
    sums[Math.floor(i / 9)] += value * value;
  });
  return sums;
}

/** 3×3 taps turned by half a turn. */
const flippedTaps = (weight: Float32Array): Float32Array =>
  weight.map((_, i) => weight[i - (i % 9) + 8 - (i % 9)]);

await servePeer('jaxjs', async (input) => {
  await init('webgpu');
  defaultDevice('webgpu');
  return new JaxPeer(input);
});
