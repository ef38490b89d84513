import {
  type PrincipalBasis,
  principalBasisOf,
} from '../../models/stylegan2/network/principal_basis.ts';

/** What the worker is asked for, once: the distribution of w in samples (count, w_dim). */
export interface BasisRequest {
  readonly samples: Float32Array<ArrayBuffer>;
  readonly wDim: number;
  /** Directions that are kept. */
  readonly most: number;
}

/** What is used of a worker's scope; the page's types have only a window's. */
declare const self: {
  onmessage: (event: MessageEvent<BasisRequest>) => void;
  postMessage(answer: PrincipalBasis): void;
};

self.onmessage = ({ data: { samples, wDim, most } }) =>
  self.postMessage(principalBasisOf(samples, wDim, most));
