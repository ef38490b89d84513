import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLatent } from '../../src/models/stylegan2/files/latent_file.ts';
import { openNodeGpu } from '../../src/node/gpu/node_gpu.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'draggan-package-'));
const modules = join(folder, 'node_modules');
const installed = join(modules, 'draggan-webgpu');
const command = join(installed, 'src/cli/draggan.mjs');
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a program where the packed package is installed, on the adapter that the tests have. */
function run(...args: string[]): string {
  const { status, stdout, stderr } = start(args);
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

const start = (args: string[], env = process.env) =>
  spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env });

describe('the npm package', () => {
  beforeAll(async () => {
    // Puts the driver's environment into this process, and so into those that it starts.
    await openNodeGpu();
    mkdirSync(installed, { recursive: true });
    // In this process Vitest's NODE_ENV would make the page a development build.
    const { NODE_ENV: _, ...env } = process.env;
    const pack = ['pack', '--silent', '--pack-destination', folder];
    execFileSync('npm', pack, { cwd: repository, env });
    const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
    const archive = `draggan-webgpu-${manifest.version}.tgz`;
    execFileSync('tar', ['-xzf', archive, '-C', installed, '--strip-components=1'], {
      cwd: folder,
    });
    copyFileSync(join(repository, 'test/support/package_example.mjs'), join(folder, 'example.mjs'));
    // What npm would install beside it, and nothing else: the test fails where it needs more.
    const packages = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    for (const name of packages) {
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(join(repository, 'node_modules', name), join(modules, name));
    }
  });

  it('drags in the example of twenty lines', () => {
    const lines = run('example.mjs').trim().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ stopped: 'steps', iterations: 2, width: 128 });
    expect(lines).toHaveLength(3);
    const { w_dim, num_ws } = JSON.parse(run(command, 'info', 'demo'));
    const shape = { numWs: num_ws, wDim: w_dim };
    expect(readLatent(readFileSync(join(folder, 'dragged.npy')), shape)).toHaveLength(
      num_ws * w_dim,
    );
  });

  it('has the command, built, and its model', () => {
    const out = join(folder, 'latent.npz');
    run(command, 'latent', 'demo', '--seed', '1', '--out', out);
    expect(readFileSync(out).length).toBeGreaterThan(1000);
  });

  it('says what to install where it finds no driver', () => {
    // The package @sparticuz/chromium is none of those that npm installs with this one.
    const { VK_DRIVER_FILES: _, VK_ICD_FILENAMES: __, ...env } = process.env;
    const { status, stderr } = start(['example.mjs'], { ...env, DRAGGAN_ADAPTER: 'package' });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/NoAdapterError: .*npm install @sparticuz\/chromium/);
  });

  it('serves the page, with the model that it asks for, until a signal ends it', async () => {
    const child = spawn(process.execPath, [command, 'serve', '--port', '0'], { cwd: folder });
    const [address] = await once(child.stdout, 'data');
    expect(String(address)).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n$/);
    const get = async (path: string) => {
      const answer = await fetch(new URL(path, String(address)));
      expect([path, answer.status]).toEqual([path, 200]);
      return Buffer.from(await answer.arrayBuffer());
    };
    const index = String(await get(''));
    expect(index).toContain('Content-Security-Policy');
    // All that the page keeps to work without a network, the scripts of its index among them.
    const kept = [...String(await get('sw.js')).matchAll(/url:\s*"([^"]+)"/g)].map(
      ([, url]) => url,
    );
    const scripts = [...index.matchAll(/src="\.\/([^"]+)"/g)].map(([, url]) => url);
    expect(kept).toEqual(expect.arrayContaining(scripts));
    for (const url of kept) {
      const bytes = await get(url);
      if (url.endsWith('.safetensors'))
        expect(bytes.equals(readFileSync(join(installed, 'weights/demo.safetensors')))).toBe(true);
    }
    expect(kept.filter((url) => url.endsWith('.safetensors'))).toHaveLength(1);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
