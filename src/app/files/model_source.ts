import type { Progress } from '../state/progress.ts';

/** A model's file, as the page got it; nothing of it is read yet. */
export interface ModelFile {
  readonly name: string;
  readonly blob: Blob;
}

const demoAddress = new URL('../../../weights/demo.safetensors', import.meta.url);
export const demoName = 'demo.safetensors';

/** The demo model, from beside the page. @throws as `fetchModel` */
export function fetchDemoModel(progress: Progress): Promise<ModelFile> {
  return fetchFile(demoAddress, demoName, progress, {});
}

/**
 * A model from an address that a person gave.
 * @throws Error with one line that says what could not be fetched and why; the signal's reason
 */
export async function fetchModel(
  address: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<ModelFile> {
  if (!URL.canParse(address)) throw new Error(`${address} is no address: https://… is needed`);
  const url = new URL(address);
  if (url.protocol !== 'https:' && url.origin !== location.origin)
    throw new Error(`${address} cannot be fetched: only addresses with https:// can`);
  const name = nameOf(url);
  const request = { signal, credentials: 'omit', referrerPolicy: 'no-referrer' } as const;
  return fetchFile(url, name, progress, request);
}

async function fetchFile(
  url: URL,
  name: string,
  progress: Progress,
  request: RequestInit,
): Promise<ModelFile> {
  progress(undefined, `fetching ${name}`);
  let response: Response;
  try {
    response = await fetch(url, request);
  } catch (error) {
    request.signal?.throwIfAborted();
    // A browser tells a page no more than that.
    const foreign =
      'its server does not answer, or does not let other pages read its files (CORS). ' +
      'Download it in the browser, and drop the file here';
    const why = url.origin === location.origin ? 'the server does not answer' : foreign;
    throw new Error(`${name} could not be fetched: ${why}.`, { cause: error });
  }
  if (!response.ok || !response.body)
    throw new Error(`${name} could not be fetched: ${response.status} ${response.statusText}`);
  // A compressed answer has no use for its length: what is counted are the bytes after it.
  const compressed = response.headers.has('content-encoding');
  const total = compressed ? 0 : Number(response.headers.get('content-length') ?? 0);
  let loaded = 0;
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        loaded += chunk.length;
        controller.enqueue(chunk);
        if (total > 0)
          progress(loaded / total, `${name}: ${megabytes(loaded)} of ${megabytes(total)}`);
        else progress(undefined, `${name}: ${megabytes(loaded)}`);
      },
    }),
  );
  // The browser gathers a Blob out of the page's memory, on disk where it is large.
  return { name, blob: await new Response(counted).blob() };
}

/** The last part of the address's path. */
function nameOf(url: URL): string {
  const last = url.pathname.split('/').at(-1) || url.hostname;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

/** A size for a person, of decimal megabytes. */
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
