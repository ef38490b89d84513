import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DeviceLimitError,
  DeviceLostError,
  DragganError,
  InputError,
  MissingPackageError,
  NoAdapterError,
  OutputError,
} from '../formats/errors.ts';
import { printable } from '../formats/printable.ts';
import { causeOf } from '../node/files/input_file.ts';
import { packageFolder } from '../node/files/package_folder.ts';
import { modelPath } from './files/model_path.ts';
import { parseCommandLine } from './options/arguments.ts';
import type { Command } from './options/command.ts';
import { refuseOverwriting } from './options/overwriting.ts';
import { Progress } from './progress.ts';

/** Each is loaded when it is asked for: a command that needs no device starts in half the time. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  info: async () => (await import('./commands/info_command.ts')).info,
  generate: async () => (await import('./commands/generate_command.ts')).generate,
  eval: async () => (await import('./commands/eval_command.ts')).evaluate,
  drag: async () => (await import('./commands/drag_command.ts')).drag,
  latent: async () => (await import('./commands/latent_command.ts')).latent,
  directions: async () => (await import('./commands/directions_command.ts')).directions,
  tune: async () => (await import('./commands/tune_command.ts')).tune,
  convert: async () => (await import('./commands/convert_command.ts')).convert,
  invert: async () => (await import('./commands/invert_command.ts')).invert,
  serve: async () => (await import('./commands/serve_command.ts')).serve,
};

/** Exit codes: for wrong input, and for a fault of ours or of the machine. */
const badInput = 2;
const fault = 1;

const faultsOfMachine = [
  NoAdapterError,
  DeviceLimitError,
  DeviceLostError,
  MissingPackageError,
  OutputError,
];

/**
 * Runs one command line and ends the process: 0 when done, 2 with one line on standard error for wrong input, 1 for a
 * fault of ours or of the machine.
 */
export async function main(args: readonly string[]): Promise<never> {
  const progress = new Progress();
  process.stdout.on('error', (error) => process.exit(reportUnprinted(error)));
  // Where nobody can read what is said, the work goes on.
  process.stderr.on('error', () => {});
  try {
    const output = await runCommand(args, progress);
    if (output !== '')
      await new Promise<void>((written) => {
        // A fault comes as an event, too, and is reported there.
        process.stdout.write(`${output}\n`, (error) => (error ? undefined : written()));
      });
    // Ended explicitly, since Dawn's polling keeps the process alive.
    return process.exit(0);
  } catch (error) {
    progress.clear();
    return process.exit(report(error));
  }
}

/**
 * Runs one command line in this process.
 * @returns what goes to standard output
 * @throws DragganError for wrong input
 */
export async function runCommand(args: readonly string[], progress: Progress): Promise<string> {
  const [name, ...rest] = args;
  if (name === '--version' || name === '-v') return version();
  if (name === '--help' || name === '-h' || name === 'help') return overview();
  const load = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (name === undefined || !load) {
    const known = `${Object.keys(commands).join(', ')} (draggan --help)`;
    throw new InputError(
      name === undefined ? `which command? ${known}` : `no command "${name}"; there is ${known}`,
    );
  }
  const command = await load();
  if (rest.includes('--help') || rest.includes('-h')) return help(name, command);
  const parsed = parseCommandLine(rest, command.options, command);
  const line = { ...parsed, model: modelPath(parsed.model) };
  await refuseOverwriting(line, command.options);
  return command.run(line, progress);
}

/** A reader that went away (`draggan info x | head -1`) is no error; a full disk is. */
function reportUnprinted(error: Error): number {
  if ('code' in error && error.code === 'EPIPE') return 0;
  return report(new OutputError(`standard output: cannot be written: ${causeOf(error)}`));
}

function report(error: unknown): number {
  const expected = error instanceof DragganError;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  // A stack has several lines, none of which a terminal may take for a command.
  const lines = text
    .split('\n')
    .map((line) => printable(line))
    .join('\n');
  process.stderr.write(`draggan: ${expected ? error.message : lines}\n`);
  // A machine without an adapter or a package, or with a small adapter, gets one line as well, but is no fault of the
  // input.
  const ofMachine = faultsOfMachine.some((kind) => error instanceof kind);
  return expected && !ofMachine ? badInput : fault;
}

async function overview(): Promise<string> {
  const lines = await Promise.all(
    Object.entries(commands).map(async ([name, load]) => {
      const { summary, usage } = await load();
      return `  draggan ${name} ${usage}\n      ${summary}`;
    }),
  );
  return [
    'Drags points of an image that a StyleGAN2 generator made.',
    '',
    ...lines,
    '',
    'MODEL is demo, the model that comes with the package, or the file of a StyleGAN2 generator, told by what it holds:',
    "safetensors, the official pickles (PyTorch's and TensorFlow's), rosinality's .pt. Nothing in a pickle is run.",
    '',
    '  draggan COMMAND --help   its options',
    '  draggan --version',
  ].join('\n');
}

function help(name: string, { summary, usage, options }: Command): string {
  const names = Object.entries(options).map(([option, { value, help: text }]) => ({
    left: `--${option}${value === undefined ? '' : ` ${value}`}`,
    text,
  }));
  const width = Math.max(0, ...names.map(({ left }) => left.length));
  const lines = names.map(({ left, text }) => `  ${left.padEnd(width)}  ${text}`);
  return [`draggan ${name} ${usage}`, summary, ...(lines.length ? ['', ...lines] : [])].join('\n');
}

async function version(): Promise<string> {
  const text = await readFile(join(packageFolder, 'package.json'), 'utf8');
  const manifest: { version: string } = JSON.parse(text);
  return manifest.version;
}
