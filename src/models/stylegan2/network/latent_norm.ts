import type { GeneratorConfig } from './config.ts';
import type { LatentSource, MappingOptions } from './latent_origin.ts';

/** What makes latents of seeds. */
interface LatentMaker {
  latent(source: LatentSource, options?: MappingOptions): Promise<Float32Array>;
}

/** How many seeds say how long a w is. */
const seeds = 16;
/** How far beyond theirs a norm may lie. */
const slack = 1.5;
/** How near to its expected norm, √z_dim, a z lies. */
const nearness = 0.25;

/**
 * A line for a person whose file of w looks like a z: one row for all layers that is as long as a z, and as no w of some
 * seeds is. Undefined for a w, and where the two cannot be told apart.
 * @param ws num_ws · w_dim, row-major
 */
export async function noteOnNorm(
  model: LatentMaker,
  ws: Float32Array,
  { zDim, wDim, cDim }: Pick<GeneratorConfig, 'zDim' | 'wDim' | 'cDim'>,
): Promise<string | undefined> {
  if (zDim !== wDim || ws.some((value, i) => value !== ws[i % wDim])) return undefined;
  const found = norm(ws.subarray(0, wDim));
  const expected = Math.sqrt(zDim);
  if (Math.abs(found / expected - 1) > nearness) return undefined;
  const norms: number[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const classes = cDim > 0 ? { classIndex: seed % cDim } : {};
    norms.push(norm((await model.latent({ seed }, classes)).subarray(0, wDim)));
  }
  const [least, most] = [Math.min(...norms), Math.max(...norms)];
  if (found >= least / slack && found <= most * slack) return undefined;
  return `this w is ${found.toFixed(1)} long, as a z is; w of this model are ${least.toFixed(1)} to ${most.toFixed(1)}`;
}

const norm = (row: Float32Array): number => Math.hypot(...row);
