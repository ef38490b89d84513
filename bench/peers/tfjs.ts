/** The drag iteration in TensorFlow.js on its WebGPU backend, with its own gradients. A peer of bench:peers. */
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgpu';
import { latentRow } from '../../src/models/stylegan2/network/layers.ts';
import { type PeerImplementation, type PeerInput, servePeer } from './peer_process.ts';

// Registers the gradients of all operations. The package's main file has none, and Node cannot import this one.
createRequire(import.meta.url)('@tensorflow/tfjs-core/dist/register_all_gradients.js');

const fir = [1, 3, 3, 1].map((tap) => tap / 4);
const trainedRows = 6;

class TensorflowPeer implements PeerImplementation {
  readonly #input: PeerInput;
  readonly #tensors = new Map<string, tf.Tensor>();

  constructor(input: PeerInput) {
    this.#input = input;
  }

  async forward(): Promise<Float32Array> {
    const { config } = this.#input;
    const image = tf.tidy(() => {
      const rows = tf.unstack(this.#tensor('bench.ws')) as tf.Tensor1D[];
      let x = this.#const();
      let picture: tf.Tensor4D | undefined;
      for (let r = 4; r <= config.resolution; r *= 2) {
        x = this.#block(x, rows, r);
        const colours = this.#toRgb(x, rows, r);
        picture = picture ? tf.add<tf.Tensor4D>(this.#upsample(picture), colours) : colours;
      }
      return picture ? tf.transpose(picture, [0, 3, 1, 2]) : tf.zeros([0]);
    });
    const values = await image.data<'float32'>();
    image.dispose();
    return values;
  }

  async iteration() {
    const w = tf.tidy(() => tf.slice(this.#tensor('bench.ws'), [0, 0], [trainedRows, -1]));
    const results = tf.tidy(() => {
      let found: tf.Tensor | undefined;
      const { value, grad } = tf.valueAndGrad((rows: tf.Tensor) => {
        const features = this.#features(tf.unstack(rows) as tf.Tensor1D[]);
        found = tf.keep(this.#track(features));
        return this.#loss(features);
      })(w);
      return { value, grad, found: found ?? tf.zeros([1]) };
    });
    const [loss] = await results.value.data();
    const gradient = await results.grad.data<'float32'>();
    const [index] = await results.found.data();
    const { shape } = this.#input.tensor('bench.window_rows');
    tf.dispose([results.value, results.grad, results.found, w]);
    return { loss, gradient, found: [Math.floor(index / shape[0]), index % shape[0]] };
  }

  forget(): void {
    tf.dispose([...this.#tensors.values()]);
    this.#tensors.clear();
  }

  #features(rows: readonly tf.Tensor1D[]): tf.Tensor4D {
    const { cells } = this.#input;
    const frozen = tf.unstack(this.#tensor('bench.ws')) as tf.Tensor1D[];
    const all = frozen.map((row, i) => rows[i] ?? row);
    let x = this.#const();
    for (let r = 4; r <= cells; r *= 2) x = this.#block(x, all, r);
    return x;
  }

  #const(): tf.Tensor4D {
    const constant: tf.Tensor4D = tf.expandDims(this.#tensor('synthesis.b4.const'));
    return tf.transpose(constant, [0, 2, 3, 1]);
  }

  #block(below: tf.Tensor4D, rows: readonly tf.Tensor1D[], r: number): tf.Tensor4D {
    let x = below;
    if (r > 4) x = this.#convolution(x, rows[latentRow(r, 'conv0')], r, 'conv0');
    return this.#convolution(x, rows[latentRow(r, 'conv1')], r, 'conv1');
  }

  #convolution(x: tf.Tensor4D, w: tf.Tensor1D, r: number, layer: 'conv0' | 'conv1'): tf.Tensor4D {
    const name = `synthesis.b${r}.${layer}`;
    const styles = this.#styles(w, name);
    const energy = this.#kept(`${name}.energy`, () =>
      tf.sum(tf.square(this.#tensor(`${name}.weight`)), [2, 3]),
    );
    const squares = tf.matMul(tf.reshape(tf.square(styles), [1, -1]), energy, false, true);
    const demodulation = tf.reshape(tf.rsqrt(tf.add(squares, 1e-8)), [1, 1, 1, -1]);
    const modulated: tf.Tensor4D = tf.mul(x, tf.reshape(styles, [1, 1, 1, -1]));
    let y: tf.Tensor4D;
    if (layer === 'conv1') {
      const filter = this.#kept(`${name}.filter`, () =>
        tf.transpose(this.#tensor(`${name}.weight`), [2, 3, 1, 0]),
      );
      y = tf.conv2d(modulated, filter as tf.Tensor4D, 1, 'same');
    } else {
      const filter = this.#kept(`${name}.filter`, () =>
        tf.transpose(this.#tensor(`${name}.weight`), [2, 3, 0, 1]),
      );
      const outputs = filter.shape[2] ?? 0;
      const shape: [number, number, number, number] = [1, r + 1, r + 1, outputs];
      const t = tf.conv2dTranspose(modulated, filter as tf.Tensor4D, shape, 2, 'valid');
      const padded = tf.pad(t, [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ]) as tf.Tensor4D;
      const taps = this.#kept(`fir.${outputs}`, () =>
        tf.tile(
          tf.tensor4d(
            fir.flatMap((a) => fir.map((b) => a * b)),
            [4, 4, 1, 1],
          ),
          [1, 1, outputs, 1],
        ),
      );
      y = tf.depthwiseConv2d(padded, taps as tf.Tensor4D, 1, 'valid');
    }
    const noise = this.#kept(`${name}.noise`, () =>
      tf.reshape(
        tf.mul(this.#tensor(`${name}.noise_const`), this.#tensor(`${name}.noise_strength`)),
        [1, r, r, 1],
      ),
    );
    const biased = tf.add(tf.add(tf.mul(y, demodulation), noise), this.#tensor(`${name}.bias`));
    return tf.mul(tf.leakyRelu(biased, 0.2), Math.SQRT2);
  }

  #styles(w: tf.Tensor1D, layer: string): tf.Tensor1D {
    const weight = this.#tensor(`${layer}.affine.weight`) as tf.Tensor2D;
    const product = tf.matMul(tf.reshape(w, [1, -1]), weight, false, true);
    const scaled = tf.div(product, Math.sqrt(this.#input.config.wDim));
    return tf.reshape(tf.add(scaled, this.#tensor(`${layer}.affine.bias`)), [-1]);
  }

  #toRgb(x: tf.Tensor4D, rows: readonly tf.Tensor1D[], r: number): tf.Tensor4D {
    const name = `synthesis.b${r}.torgb`;
    const inputs = x.shape[3];
    const styles = tf.div(this.#styles(rows[latentRow(r, 'torgb')], name), Math.sqrt(inputs));
    const filter = this.#kept(`${name}.filter`, () =>
      tf.transpose(this.#tensor(`${name}.weight`), [2, 3, 1, 0]),
    );
    const modulated: tf.Tensor4D = tf.mul(x, tf.reshape(styles, [1, 1, 1, -1]));
    const y = tf.conv2d(modulated, filter as tf.Tensor4D, 1, 'same');
    return tf.add(y, this.#tensor(`${name}.bias`));
  }

  #upsample(image: tf.Tensor4D): tf.Tensor4D {
    const [, side, , channels] = image.shape;
    const filter = this.#kept('upsample', () =>
      tf.tensor4d(
        fir.flatMap((a) =>
          fir.flatMap((b) =>
            Array.from({ length: channels ** 2 }, (_, i) => (i % (channels + 1) === 0 ? a * b : 0)),
          ),
        ),
        [4, 4, channels, channels],
      ),
    );
    const size = 2 * side + 2;
    const full = tf.conv2dTranspose(
      image,
      filter as tf.Tensor4D,
      [1, size, size, channels],
      2,
      'valid',
    );
    return tf.slice(full, [0, 1, 1, 0], [1, 2 * side, 2 * side, channels]);
  }

  /** The index of the window's pixel that is most like the reference. */
  #track(features: tf.Tensor4D): tf.Tensor {
    const window = this.#sample(features, 'window_rows', 'window_columns');
    const difference = tf.sub(window, this.#tensor('bench.reference'));
    return tf.argMin(tf.reshape(tf.sum(tf.square(difference), 2), [-1]));
  }

  #loss(features: tf.Tensor4D): tf.Scalar {
    // The gradient goes through the shifted patch alone.
    const constant = tf.customGrad((x, save) => {
      (save as tf.GradSaveFunc)([]);
      return { value: tf.clone(x as tf.Tensor), gradFunc: (dy) => tf.zerosLike(dy) };
    });
    const patch = constant(this.#sample(features, 'patch_rows', 'patch_columns'));
    const shifted = this.#sample(features, 'shifted_rows', 'shifted_columns');
    const terms = tf.sum(tf.abs(tf.sub(shifted, patch)), 2);
    return tf.sum(tf.mul(terms, this.#tensor('bench.patch_weight')));
  }

  /** rows · F · columnsᵀ, (rows, columns, channels). */
  #sample(features: tf.Tensor4D, rows: string, columns: string): tf.Tensor3D {
    const [, n, , channels] = features.shape;
    const left = this.#tensor(`bench.${rows}`) as tf.Tensor2D;
    const right = this.#tensor(`bench.${columns}`) as tf.Tensor2D;
    const some = tf.matMul(left, tf.reshape(features, [n, n * channels]) as tf.Tensor2D);
    const turned = tf.transpose(tf.reshape(some, [-1, n, channels]), [1, 0, 2]);
    const both = tf.matMul(right, tf.reshape(turned, [n, -1]) as tf.Tensor2D);
    return tf.transpose(tf.reshape(both, [right.shape[0], left.shape[0], channels]), [1, 0, 2]);
  }

  #tensor(name: string): tf.Tensor {
    return this.#kept(name, () => {
      const { shape } = this.#input.tensor(name);
      return tf.tensor(this.#input.tensor(name).data(), [...shape], 'float32');
    });
  }

  /** A constant, made at its first use. */
  #kept(name: string, make: () => tf.Tensor): tf.Tensor {
    let tensor = this.#tensors.get(name);
    if (!tensor) {
      tensor = tf.keep(tf.tidy(make));
      this.#tensors.set(name, tensor);
    }
    return tensor;
  }
}

await servePeer('tfjs', async (input) => {
  await tf.setBackend('webgpu');
  await tf.ready();
  if (tf.getBackend() !== 'webgpu') throw new Error(`tfjs runs on ${tf.getBackend()}`);
  return new TensorflowPeer(input);
});
