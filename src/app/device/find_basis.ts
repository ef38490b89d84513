import type { FindBasis, PrincipalBasis } from '../../library/api.ts';
import type { BasisRequest } from './basis_worker.ts';

/** Finds the distribution of w in a worker, so that the page stays at hand. */
export const findBasis: FindBasis = (samples, wDim, most) => {
  const worker = new Worker(new URL('./basis_worker.ts', import.meta.url), { type: 'module' });
  const found = new Promise<PrincipalBasis>((resolve, reject) => {
    worker.addEventListener('error', ({ message }) =>
      reject(new Error(`the distribution of w was not found: ${message || 'no worker starts'}`)),
    );
    worker.addEventListener('message', ({ data }: MessageEvent<PrincipalBasis>) => resolve(data));
    const request: BasisRequest = { samples: samples.slice(), wDim, most };
    worker.postMessage(request, [request.samples.buffer]);
  });
  return found.finally(() => worker.terminate());
};
