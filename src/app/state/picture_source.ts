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
}

/** Rows that are taken from another seed. */
export interface StyleMix {
  readonly seed: number;
  /** Of ws, in ascending order. */
  readonly rows: readonly number[];
}
