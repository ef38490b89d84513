import { InputError } from '../../formats/errors.ts';
import { fileIdentity } from '../files/file_identity.ts';
import { partOf } from '../files/latent_file.ts';
import type { CommandLine, Option } from './arguments.ts';

/** A file that a command line names. */
interface NamedFile {
  readonly path: string;
  /** The option that names it; undefined for an argument. */
  readonly option?: string;
  /** Text for messages, e.g. `--latent`. */
  readonly name: string;
}

/**
 * @param options of the command
 * @throws InputError where a file would be written that is read too, or written twice, also through links
 */
export async function refuseOverwriting(
  line: CommandLine,
  options: Readonly<Record<string, Option>>,
): Promise<void> {
  const known = new Map<string, NamedFile>();
  for (const file of inputsOf(line, options)) {
    const identity = await fileIdentity((await partOf(file.path, /[\w-]+/)).file);
    if (identity !== undefined) known.set(identity, file);
  }
  const inputs = new Set(known.values());
  for (const file of outputsOf(line, options)) {
    const identity = await fileIdentity(file.path);
    const other = identity === undefined ? undefined : known.get(identity);
    const { option } = file;
    if (other && !inputs.has(other))
      throw new InputError(`the same file as ${other.name}`, { option });
    if (other) {
      const what = other.option === undefined ? 'the model itself' : `what ${other.name} reads`;
      throw new InputError(`${file.path}: is ${what}, which would be overwritten`, { option });
    }
    if (identity !== undefined) known.set(identity, file);
  }
}

function inputsOf(line: CommandLine, options: Readonly<Record<string, Option>>): NamedFile[] {
  const model = line.model === '' ? [] : [{ path: line.model, name: 'MODEL' }];
  return [...model, ...named(line, options, 'input')];
}

function outputsOf(line: CommandLine, options: Readonly<Record<string, Option>>): NamedFile[] {
  const output = line.output ? [{ path: line.output, name: 'the output' }] : [];
  return [...output, ...named(line, options, 'output')];
}

function named(
  line: CommandLine,
  options: Readonly<Record<string, Option>>,
  file: Option['file'],
): NamedFile[] {
  return Object.entries(options).flatMap(([option, declared]) => {
    const path = line.text(option);
    if (declared.file !== file || path === undefined || path === '') return [];
    return [{ path, option, name: `--${option}` }];
  });
}
