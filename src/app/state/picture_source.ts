/** What a picture is generated from. */
export interface PictureSource {
  readonly seed: number;
  readonly psi: number;
  /** How many rows are truncated; all by default. */
  readonly cutoff?: number;
  /** Of a network with classes. */
  readonly classIndex?: number;
  /** In the seed's place. */
  readonly latent?: NamedLatent;
  readonly mix?: StyleMix;
}

/** A latent that came from elsewhere than a seed. */
export interface NamedLatent {
  /** For a person: a file's. */
  readonly name: string;
  /** num_ws · w_dim values. */
  readonly ws: Float32Array;
  /** How many latents its file has, of which it is the first; undefined where it is no file's. */
  readonly count?: number;
  /** What a person should know of it. */
  readonly note?: string;
}

/** Rows that are taken from another seed. */
export interface StyleMix {
  readonly seed: number;
  /** Of ws, in ascending order. */
  readonly rows: readonly number[];
}

/** A part of the controls of a picture, as it is called to a person. */
export type PicturePart = 'latent' | 'seed' | 'truncation' | 'cutoff' | 'class' | 'style mixing';

/** Which part of the controls led from one picture to another. */
export function changedPart(from: PictureSource, to: PictureSource): PicturePart {
  if (to.latent && to.latent !== from.latent) return 'latent';
  if (to.seed !== from.seed) return 'seed';
  if (to.psi !== from.psi) return 'truncation';
  if ((to.classIndex ?? 0) !== (from.classIndex ?? 0)) return 'class';
  if (to.mix?.seed !== from.mix?.seed || String(to.mix?.rows) !== String(from.mix?.rows))
    return 'style mixing';
  return to.latent === from.latent ? 'cutoff' : 'seed';
}
