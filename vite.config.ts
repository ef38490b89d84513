import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const repository = fileURLToPath(new URL('.', import.meta.url));

/**
 * The page's content-security policy allows no inline style. Vite's development server puts the style sheets into
 * the page inline, so that only there the policy has to allow it; the build is left as it is.
 */
const developmentPolicy: Plugin = {
  name: 'development-content-security-policy',
  apply: 'serve',
  transformIndexHtml: (html) =>
    html.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'"),
};

export default defineConfig({
  root: `${repository}src/app`,
  // The build can be served from any folder of a site.
  base: './',
  publicDir: false,
  cacheDir: `${repository}node_modules/.vite`,
  plugins: [developmentPolicy],
  server: {
    // Shaders and the demo model lie outside the page's root.
    fs: { allow: [repository] },
    watch: { ignored: ['**/.cache/**', '**/test/output/**', '**/tools/train-demo/**'] },
  },
  build: {
    outDir: `${repository}dist`,
    emptyOutDir: true,
    // Top-level await, and nothing that has to be put into the page inline.
    target: 'es2022',
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es' },
  test: {
    root: repository,
    include: ['test/**/*.test.ts'],
    environment: 'node',
    // What a person's machine was measured to be is no matter of the tests.
    env: { DRAGGAN_TUNING: 'off' },
    // A process for each file: the Vulkan loader reads the process's environment, and a worker thread has a copy.
    pool: 'forks',
    // Software adapters use every core already; the second process compiles pipelines meanwhile.
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
