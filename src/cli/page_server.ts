import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import sirv from 'sirv';
import { InputError, MissingPackageError } from '../formats/errors.ts';
import { packageFolder } from '../node/files/package_folder.ts';

/** Where the page is built to, in the checkout and in the npm package. */
export const builtPage: string = join(packageFolder, 'dist');
const weightsFolder = join(packageFolder, 'weights');

/**
 * What the page is served with, beside the content-security policy that it has itself: no other site may show it in a
 * frame or hold its window, and a model is not taken for a script.
 */
const headers = {
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Content-Security-Policy': "frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
};

/** Where a server listens. */
export interface Address {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
}

/** The page, as it is served until it is closed. */
export interface PageServer {
  /** For a browser on this machine, e.g. http://127.0.0.1:4173/ */
  readonly address: string;
  /** Ends it, with the connections that are still open. */
  close(): Promise<void>;
}

/**
 * Serves the built page.
 * @param folder that the page was built to
 * @throws MissingPackageError where it was not built; InputError for a port or host that cannot be taken
 */
export async function servePage({ host, port }: Address, folder = builtPage): Promise<PageServer> {
  if (!existsSync(join(folder, 'index.html')))
    throw new MissingPackageError('the page is not built yet: npm run build');
  const server = createServer(pageHandler(folder));
  await listen(server, { host, port });
  const bound = server.address();
  const taken = bound !== null && typeof bound !== 'string' ? bound.port : port;
  return {
    address: `http://${hostOfAddress(host)}:${taken}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function pageHandler(folder: string) {
  // Files are looked up as they are asked for, so that a page that is built anew is served at once.
  const options = {
    dev: true,
    etag: true,
    setHeaders(response: ServerResponse, path: string) {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      if (path.endsWith('.safetensors'))
        response.setHeader('Content-Type', 'application/octet-stream');
    },
  };
  const page = sirv(folder, options);
  const weights = sirv(weightsFolder, options);
  return (request: IncomingMessage, response: ServerResponse) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
      return;
    }
    // The page asks for whole files; of a range that is none the library would make a fault.
    delete request.headers.range;
    page(request, response, () => {
      // The npm package holds the demo model once, not in the page's folder as well.
      const { url = '' } = request;
      request.url = /^\/assets\/demo-[\w-]+\.safetensors$/.test(url) ? '/demo.safetensors' : '/';
      if (request.url !== '/') return weights(request, response);
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not found\n');
    });
  };
}

/** The system's error codes in words, and which option is to be changed. */
const faults: Readonly<Record<string, readonly [option: string, why: string]>> = {
  EADDRINUSE: ['port', 'is taken by another program; another number, or 0 for any that is free'],
  EACCES: ['port', 'may not be taken; a number above 1023'],
  EADDRNOTAVAIL: ['host', 'is no address of this machine'],
  ENOTFOUND: ['host', 'is no name that this machine knows'],
  EAI_AGAIN: ['host', 'is no name that this machine knows'],
};

function listen(server: Server, { host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const [option, why] = faults[error.code ?? ''] ?? [];
      const value = option === 'host' ? host : port;
      reject(option === undefined ? error : new InputError(`${value} ${why}`, { option }));
    });
    server.listen({ host, port }, resolve);
  });
}

/** The host's name in an address: this machine's where all of its networks are meant. */
function hostOfAddress(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
