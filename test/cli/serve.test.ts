import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../src/cli/main.ts';
import { type PageServer, servePage } from '../../src/cli/page_server.ts';
import { Progress } from '../../src/cli/progress.ts';
import { InputError, MissingPackageError } from '../../src/formats/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'draggan-page-'));
const page = join(folder, 'page');
const host = '127.0.0.1';
let server: PageServer;

beforeAll(async () => {
  mkdirSync(join(page, 'assets'), { recursive: true });
  writeFileSync(join(page, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(page, 'assets', 'index-1.js'), 'export {};');
  writeFileSync(join(folder, 'secret.txt'), 'a secret');
  server = await servePage({ host, port: 0 }, page);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const get = (path: string, options?: RequestInit) => fetch(`${server.address}${path}`, options);

/** Sends a request as it stands: `fetch` would take the dots out of the path. */
async function raw(request: string): Promise<string> {
  const socket = connect(Number(new URL(server.address).port), host);
  socket.end(`${request}\r\nHost: x\r\nConnection: close\r\n\r\n`);
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  return answer;
}

describe('the served page', () => {
  it('is the one that was built, typed, and in no frame of others', async () => {
    const index = await get('');
    expect(await index.text()).toContain('<title>page</title>');
    expect(index.headers.get('content-type')).toMatch(/^text\/html/);
    expect(index.headers.get('x-content-type-options')).toBe('nosniff');
    expect(index.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(index.headers.get('content-security-policy')).toBe("frame-ancestors 'none'");
    const script = await get('assets/index-1.js');
    expect(script.headers.get('content-type')).toMatch(/^text\/javascript/);
  });

  it('has the demo model of the package, whatever it is called in the build', async () => {
    const model = await get('assets/demo-CLJ__nZq.safetensors');
    expect(model.headers.get('content-type')).toBe('application/octet-stream');
    const file = new URL('../../weights/demo.safetensors', import.meta.url);
    expect(Buffer.from(await model.arrayBuffer()).equals(readFileSync(file))).toBe(true);
    expect((await get('assets/other.safetensors')).status).toBe(404);
  });

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/..%5csecret.txt',
    '//../secret.txt',
    '/%00',
    '/%E0%A4%A',
    '/assets',
    `/${'a/'.repeat(5000)}`,
    'http://elsewhere/../secret.txt',
  ])('gives nothing else to %s', async (path) => {
    const answer = await raw(`GET ${path} HTTP/1.1`);
    expect(answer).toMatch(/^HTTP\/1\.1 40\d /);
    expect(answer).not.toContain('a secret');
  });

  it('lives on after a range that is none, and takes nothing', async () => {
    const ranged = await get('', { headers: { range: 'bytes=9-3' } });
    expect([ranged.status, await ranged.text()]).toEqual([200, expect.stringContaining('page')]);
    expect((await get('', { method: 'POST', body: 'x' })).status).toBe(405);
    const head = await get('', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });
});

describe('draggan serve', () => {
  it.each<[what: string, args: string[], message: RegExp]>([
    ['a model', ['demo'], /takes no MODEL/],
    ['a port that there is not', ['--port', '65536'], /--port: .*65535/],
  ])('refuses %s', async (_, args, message) => {
    const refused = runCommand(['serve', ...args], new Progress());
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow(message);
  });

  it('names a port that is taken, an address of another machine, and a page that is not built', async () => {
    const port = Number(new URL(server.address).port);
    await expect(servePage({ host, port }, page)).rejects.toThrow(/--port: \d+ is taken/);
    const elsewhere = servePage({ host: '203.0.113.1', port: 0 }, page);
    await expect(elsewhere).rejects.toThrow(/--host: 203.0.113.1 is no address of this machine/);
    await expect(servePage({ host, port: 0 }, folder)).rejects.toThrow(MissingPackageError);
  });
});
