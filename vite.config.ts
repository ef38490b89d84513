import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
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

/**
 * After the first visit the page works without a network: a service worker keeps all of the build, the demo model
 * included. In the build alone; the development server always gives what was saved last.
 */
const offline = VitePWA({
  registerType: 'autoUpdate',
  // A script of its own: the page's content-security policy allows none inline.
  injectRegister: 'script',
  manifest: false,
  workbox: {
    globPatterns: ['**/*.{html,js,css,svg,safetensors}'],
    // The demo model's size is below this; larger models are not part of the build.
    maximumFileSizeToCacheInBytes: 16 * 2 ** 20,
  },
});

export default defineConfig({
  root: `${repository}src/app`,
  // The build can be served from any folder of a site.
  base: './',
  publicDir: false,
  cacheDir: `${repository}node_modules/.vite`,
  plugins: [developmentPolicy, offline],
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
    rolldownOptions: {
      treeshake: {
        // The library's modules do nothing by being imported, so that the page begins without those that it asks for later.
        moduleSideEffects: [
          {
            test: /\/src\/(?:drag|engine|formats|inversion|library|models|options)\//,
            sideEffects: false,
          },
        ],
      },
    },
  },
  worker: { format: 'es' },
  test: {
    root: repository,
    environment: 'node',
    projects: [
      {
        extends: true,
        test: { name: 'node', include: ['test/**/*.test.ts'], exclude: ['test/page/**'] },
      },
      {
        extends: true,
        // Builds the page and starts a browser, where a file of this project is among those to run.
        test: {
          name: 'page',
          include: ['test/page/**/*.test.ts'],
          globalSetup: 'test/support/page_service.ts',
          testTimeout: 900_000,
          // One after the other, when the rest is done: all draw through the one browser's software adapter.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    // What a person's machine was measured to be is no matter of the tests.
    env: { DRAGGAN_AUTOTUNE: 'off' },
    // A process for each file: the Vulkan loader reads the process's environment, and a worker thread has a copy.
    pool: 'forks',
    // Software adapters use every core already; the second process compiles pipelines meanwhile.
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
