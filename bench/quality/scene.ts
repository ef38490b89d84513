import type { TensorFile } from '../../src/formats/tensors/named_tensors.ts';
import { seedLatent } from '../../src/models/stylegan2/network/seeds.ts';
import { type Factors, factorNames } from '../../tools/train-demo/factors.ts';
import {
  changedLatent,
  type FactorBasis,
  factorsOf,
  latentOf,
} from '../../tools/train-demo/latents.ts';
import type { Picture } from '../../tools/train-demo/patch_search.ts';
import { createRenderer, type Renderer } from '../../tools/train-demo/renderer.ts';
import type { SurfaceMap } from '../../tools/train-demo/surface.ts';
import type { Animal } from './cases.ts';

/** Pixels on a side of the demo's pictures, in which all lengths of cases are given. */
export const side = 128;

/** Bits of the renderer's id byte that are the part. */
const partBits = 15;

/** A rendered picture and its truth. */
export interface View {
  readonly picture: Picture;
  readonly surface: SurfaceMap;
}

/** The renderer of the demo's lions, and the map from z to their factors. */
export interface Scene {
  readonly basis: FactorBasis;
  render(factors: readonly Factors[]): Promise<View[]>;
  destroy(): void;
}

/** Pictures that are rendered at once. */
const batch = 2;

/** @param basis `factors.basis` of the model's file, (64, 25) */
export async function openScene(gpu: GPU, basis: FactorBasis): Promise<Scene> {
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('the WebGPU adapter is gone');
  const device = await adapter.requestDevice();
  const options = { resolution: side, samples: 2, batch, canonical: true };
  const renderer = await createRenderer(device, options);
  return {
    basis,
    async render(factors) {
      const views: View[] = [];
      for (let first = 0; first < factors.length; first += batch)
        views.push(...(await renderSome(renderer, factors.slice(first, first + batch))));
      return views;
    },
    destroy: () => device.destroy(),
  };
}

async function renderSome(renderer: Renderer, factors: Factors[]): Promise<View[]> {
  const { rgb, ids, canonical } = await renderer(factors);
  if (!canonical) throw new Error('the renderer was opened without canonical coordinates');
  const pixels = side ** 2;
  return factors.map((_, n) => ({
    picture: { side, rgb: rgb.slice(3 * n * pixels, 3 * (n + 1) * pixels) },
    surface: {
      side,
      parts: ids.slice(n * pixels, (n + 1) * pixels).map((id) => id & partBits),
      canonical: Float32Array.from(
        { length: 3 * pixels },
        (_, i) => canonical[4 * (n * pixels + Math.floor(i / 3)) + (i % 3)],
      ),
    },
  }));
}

/** The z that an animal begins with, and the factors of the picture that this z stands for. */
export function placed(animal: Animal, basis: FactorBasis): { z: Float32Array; factors: Factors } {
  const z = latent(animal, basis);
  return { z, factors: factorsOf(z, basis) };
}

function latent(animal: Animal, basis: FactorBasis): Float32Array {
  if ('seed' in animal) return seedLatent(animal.seed, 64);
  if ('z' in animal) return Float32Array.from(animal.z);
  const middle = Object.fromEntries(factorNames.map((name) => [name, 0.5])) as Factors;
  return latentOf({ ...middle, ...animal.factors }, basis, 0);
}

/** The z nearest to a case's whose picture has the changed factors. */
export const rightLatent = (
  z: Float32Array,
  change: Partial<Factors>,
  basis: FactorBasis,
): Float32Array => changedLatent(z, basis, change);

/** `factors.basis` of a model's file. @throws Error for a model of another scene */
export function basisOf({ tensors, file }: TensorFile): FactorBasis {
  const basis = tensors.get('factors.basis');
  if (!basis) throw new Error(`${file} has no factors.basis: it is no model of the demo scene`);
  return basis.data();
}
