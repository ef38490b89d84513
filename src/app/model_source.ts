/** A model's file, as the page got it. */
export interface ModelFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The demo model, from beside the page.
 * @param progress is told the bytes so far, and of how many (0 where the server does not say)
 * @throws Error with one line that says what could not be loaded and why
 */
export async function fetchDemoModel(
  progress: (loaded: number, total: number) => void,
): Promise<ModelFile> {
  const name = 'demo.safetensors';
  const url = new URL('../../weights/demo.safetensors', import.meta.url);
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new Error(`${name} could not be loaded: the server does not answer`, { cause: error });
  }
  if (!response.ok || !response.body)
    throw new Error(`${name} could not be loaded: ${response.status} ${response.statusText}`);
  // A compressed answer has no use for its length: what is counted are the bytes after it.
  const compressed = response.headers.has('content-encoding');
  const total = compressed ? 0 : Number(response.headers.get('content-length') ?? 0);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let loaded = 0;
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    chunks.push(part.value);
    loaded += part.value.length;
    progress(loaded, total);
  }
  return { name, bytes: new Uint8Array(await new Blob(chunks).arrayBuffer()) };
}
