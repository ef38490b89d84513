import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { InputError } from '../../../src/formats/errors.ts';
import {
  findDrivers,
  mesaEnvironment,
  missingAdapter,
} from '../../../src/node/gpu/find_adapter.ts';
import { pollGently } from '../../../src/node/gpu/gentle_polling.ts';
import { openNodeGpu } from '../../../src/node/gpu/node_gpu.ts';

describe('the Vulkan driver', () => {
  test('is the one that the environment names, and no other', () => {
    const sources = [...findDrivers({ VK_ICD_FILENAMES: 'named.json' })].map(
      ({ source }) => source,
    );
    expect(sources).toEqual(['environment']);
  });

  test('that the environment names brings the loader beside its file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'draggan-driver-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [file, loader] = ['driver.json', 'libvulkan.so.1'].map((name) => join(folder, name));
    const loaderOf = (files: string) => [...findDrivers({ VK_DRIVER_FILES: files })][0].loader;
    expect(loaderOf(file)).toBeNull();
    writeFileSync(loader, '');
    expect(loaderOf(file)).toBe(loader);
    expect(loaderOf(['/elsewhere/other.json', file].join(delimiter))).toBe(loader);
  });

  test('is of the wanted source alone', () => {
    const environment = { DRAGGAN_ADAPTER: 'lavapipe', VK_ICD_FILENAMES: 'named.json' };
    for (const { source } of findDrivers(environment)) expect(source).toBe('lavapipe');
  });

  test('of an unknown source is refused by name', () => {
    expect(() => [...findDrivers({ DRAGGAN_ADAPTER: 'none' })]).toThrow(InputError);
    expect(() => [...findDrivers({ DRAGGAN_ADAPTER: 'none' })]).toThrow(/none.*lavapipe/);
  });

  test('that is missing is explained in one line', () => {
    const { message } = missingAdapter([...findDrivers({ VK_ICD_FILENAMES: 'named.json' })]);
    expect(message).toMatch(/refused: named\.json.*apt-get install.*npm install @sparticuz/);
    expect(message).not.toContain('\n');
  });

  test('caches its shaders elsewhere where the home folder cannot be written', () => {
    expect(mesaEnvironment({ HOME: '/dev/null/home' })).toHaveProperty('MESA_SHADER_CACHE_DIR');
    expect(mesaEnvironment({ HOME: '/dev/null/home', MESA_SHADER_CACHE_DIR: 'x' })).toEqual({});
  });

  test('is opened once for the process', async () => {
    const [first, second] = await Promise.all([openNodeGpu(), openNodeGpu()]);
    expect(second.gpu).toBe(first.gpu);
    expect(await first.gpu.requestAdapter()).not.toBeNull();
  });
});

describe('gentle polling', () => {
  test('leaves every other use of setImmediate alone', async () => {
    const plain = globalThis.setImmediate;
    const restore = pollGently();
    try {
      expect(globalThis.setImmediate).not.toBe(plain);
      const order: string[] = [];
      await new Promise<void>((resolve) => {
        setTimeout(() => order.push('timer'), 20);
        setImmediate((a: string, b: string) => order.push(a + b), 'with ', 'arguments');
        clearImmediate(setImmediate(() => order.push('cleared')));
        setImmediate(() => {
          order.push('nested');
          setImmediate(resolve);
        });
      });
      expect(order).toEqual(['with arguments', 'nested']);
      expect(await promisify(setImmediate)('value')).toBe('value');
    } finally {
      restore();
    }
    expect(globalThis.setImmediate).toBe(plain);
  });

  test('waits between the polls of native code, after half a millisecond', async () => {
    const restore = pollGently();
    try {
      // A bound function looks as Dawn's callbacks do: without a name and with native source.
      let polls = 0;
      const started = performance.now();
      await new Promise<void>((resolve) => {
        const tick = () => {
          polls += 1;
          if (performance.now() - started > 60) resolve();
          else setImmediate(nativeLike(tick));
        };
        setImmediate(nativeLike(tick));
      });
      // 60 pauses of a millisecond, and those of the first half millisecond.
      expect(polls).toBeLessThan(600);
      expect(polls).toBeGreaterThan(5);
    } finally {
      restore();
    }
  });
});

function nativeLike(callback: () => void): () => void {
  const bound = callback.bind(null);
  Object.defineProperty(bound, 'name', { value: '' });
  return bound;
}
