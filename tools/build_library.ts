// `npm run build:library`: what the npm package holds, in library/. Runs before every `npm pack`.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const repository = fileURLToPath(new URL('..', import.meta.url));
const library = join(repository, 'library');
const target = 'es2023';
const common = { configFile: false, root: repository, publicDir: false, logLevel: 'warn' } as const;
/** Imports of packages and Node's modules are left as they are, not bundled. */
const external = /^(node:|[a-z@][^:]*$)/;

rmSync(library, { recursive: true, force: true });

// The library, for browsers and Node, with the shaders as texts in it, and what opens WebGPU in Node. They are built
// together, so that an error's class is the same one in both.
await build({
  ...common,
  build: {
    target,
    minify: false,
    sourcemap: false,
    outDir: library,
    lib: {
      entry: {
        index: join(repository, 'src/library/index.ts'),
        node: join(repository, 'src/node/gpu/node_gpu.ts'),
      },
      formats: ['es'],
    },
    rollupOptions: { external, output: { chunkFileNames: '[name].js' } },
  },
});

// The command, for Node; it reads the shaders from the package's folder.
await build({
  ...common,
  build: {
    target,
    minify: false,
    ssr: join(repository, 'src/cli/main.ts'),
    outDir: join(library, 'cli'),
    rollupOptions: { external, output: { chunkFileNames: '[name].js' } },
  },
});

const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
execFileSync(process.execPath, [compiler, '-p', join(repository, 'tools/library.tsconfig.json')], {
  stdio: 'inherit',
});

// The compiler leaves the extensions of declarations as they are in the sources.
const types = join(library, 'types');
for (const file of readdirSync(types, { recursive: true, encoding: 'utf8' })) {
  if (!file.endsWith('.d.ts')) continue;
  const path = join(types, file);
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace(/(from |import\()'(\.[^']*)\.ts'/g, "$1'$2.js'"));
}
