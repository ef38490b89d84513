import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { InputError, NoAdapterError } from '../../formats/errors.ts';
import { unpackChromium } from './packaged_chromium.ts';

/** Where a Vulkan driver comes from; `DRAGGAN_ADAPTER` names one of them to use that one alone. */
export type DriverSource = 'environment' | 'gpu' | 'lavapipe' | 'chromium' | 'package';

/** A Vulkan driver that Dawn can be pointed at. */
export interface DriverCandidate {
  source: DriverSource;
  /** Describes the driver in words for a person. */
  description: string;
  /** Environment variables that point the Vulkan loader to it; to be set before Dawn's `create()`. */
  env: Record<string, string>;
  /** The Vulkan loader to use with it: a path, or null for the system's. */
  loader: string | null;
  /** True to refuse its adapter if that is a CPU's. */
  gpuOnly: boolean;
}

const driverFolders = [
  '/usr/share/vulkan/icd.d',
  '/usr/local/share/vulkan/icd.d',
  '/etc/vulkan/icd.d',
];
const chromiumFolders = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];
// Without one of these a Linux machine has no GPU that Vulkan could use.
const gpuNodes = ['/dev/dri', '/dev/nvidiactl', '/dev/dxg', '/dev/kfd'];

/**
 * The Vulkan drivers that this machine offers, in the order in which they are to be tried: what the environment
 * names, a GPU, Mesa's lavapipe, the SwiftShader beside the system's Chromium, the one inside `@sparticuz/chromium`.
 * Nothing is loaded here. The package's driver is unpacked (into `.cache/` or the temporary folder) only when the
 * caller asks for a candidate after all the others.
 *
 * @throws InputError when DRAGGAN_ADAPTER names no source.
 */
export function* findDrivers(environment = process.env): Generator<DriverCandidate> {
  const wanted = environment.DRAGGAN_ADAPTER;
  if (wanted && !Object.hasOwn(finders, wanted)) {
    throw new InputError(`DRAGGAN_ADAPTER=${wanted}: use ${Object.keys(finders).join(', ')}`);
  }
  for (const [source, find] of Object.entries(finders)) {
    const candidate = wanted && wanted !== source ? null : find(environment);
    if (candidate) yield candidate;
    // A driver that was named is used or refused; another would be a surprise.
    if (candidate?.source === 'environment') return;
  }
}

const finders: Record<DriverSource, (environment: NodeJS.ProcessEnv) => DriverCandidate | null> = {
  environment: fromEnvironment,
  gpu: findGpu,
  lavapipe: findLavapipe,
  chromium: findChromiumDriver,
  package: unpackPackagedDriver,
};

/** The error that says what to install; `tried` names what was there and refused. */
export function missingAdapter(tried: DriverCandidate[]): NoAdapterError {
  const wanted = process.env.DRAGGAN_ADAPTER;
  const refused = tried.map(({ description }) => description).join(', ');
  return new NoAdapterError(
    `no WebGPU adapter${wanted ? ` (DRAGGAN_ADAPTER=${wanted})` : ''}${refused ? `, refused: ${refused}` : ''}; ` +
      'install one with `apt-get install -t bookworm-backports mesa-vulkan-drivers`, or with ' +
      '`npm install @sparticuz/chromium`, which brings one for x86-64 Linux',
  );
}

/** Settings for Mesa: its shader cache must not depend on there being a home folder that can be written. */
export function mesaEnvironment(
  environment: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  if (environment.MESA_SHADER_CACHE_DIR ?? environment.XDG_CACHE_HOME) return {};
  const home = environment.HOME ?? homedir();
  return isWritable(home) ? {} : { MESA_SHADER_CACHE_DIR: tmpdir() };
}

function fromEnvironment(environment: NodeJS.ProcessEnv): DriverCandidate | null {
  const files = environment.VK_DRIVER_FILES ?? environment.VK_ICD_FILENAMES;
  if (!files) return null;
  // A process that found a driver passes its environment on, and with it has to pass on that driver's loader.
  const loader = files.split(delimiter).map(loaderBeside).find(Boolean) ?? null;
  return { source: 'environment', description: files, env: {}, loader, gpuOnly: false };
}

/** The loader's own choice, where it may be a GPU. Outside Linux drivers are not files: Dawn chooses. */
function findGpu(): DriverCandidate | null {
  const gpuOnly = process.platform === 'linux';
  if (gpuOnly && !gpuNodes.some((node) => existsSync(node))) return null;
  const description = "the system's own choice";
  return { source: 'gpu', description, env: {}, loader: null, gpuOnly };
}

function findLavapipe(): DriverCandidate | null {
  const file = firstFile(driverFolders, /^lvp_icd.*\.json$/);
  return file === null ? null : softwareDriver('lavapipe', "Mesa's lavapipe", file);
}

function findChromiumDriver(): DriverCandidate | null {
  const file = firstFile(chromiumFolders, /^vk_swiftshader_icd\.json$/);
  if (file === null) return null;
  return softwareDriver('chromium', "SwiftShader beside the system's Chromium", file);
}

function softwareDriver(source: DriverSource, description: string, file: string): DriverCandidate {
  return {
    source,
    description,
    // Loaders before 1.3.207 know only the second name.
    env: { VK_DRIVER_FILES: file, VK_ICD_FILENAMES: file },
    loader: loaderBeside(file),
    gpuOnly: false,
  };
}

/** The Vulkan loader in the folder of a driver file: Chromium brings its own. */
function loaderBeside(file: string): string | null {
  const loader = join(dirname(file), 'libvulkan.so.1');
  return existsSync(loader) ? loader : null;
}

function unpackPackagedDriver(): DriverCandidate | null {
  const unpacked = unpackChromium('swiftshader', ['swiftshader.tar.br']);
  if (unpacked === null) return null;
  const description = `SwiftShader of @sparticuz/chromium ${unpacked.version}`;
  return softwareDriver('package', description, join(unpacked.folder, 'vk_swiftshader_icd.json'));
}

function firstFile(folders: string[], pattern: RegExp): string | null {
  for (const folder of folders) {
    const names = existsSync(folder) ? readdirSync(folder).sort() : [];
    const name = names.find((name) => pattern.test(name));
    if (name !== undefined) return join(folder, name);
  }
  return null;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
