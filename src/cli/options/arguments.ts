import { parseArgs } from 'node:util';
import { InputError } from '../../formats/errors.ts';
import { type Bounds, describeBounds, isWithin } from '../../options/option.ts';

/** One option of a command. */
export interface Option {
  /** The word for its value in the help, e.g. `FILE`; a flag has none. */
  value?: string;
  help: string;
  /** What becomes of the file that it names, if it names one. */
  file?: 'input' | 'output';
}

/** A command line after its command, with the options known and the values still text. */
export interface CommandLine {
  /** The MODEL; empty if the command can do without one and none is given. */
  model: string;
  /** The second argument, of commands that have one. */
  output: string | undefined;
  flag(name: string): boolean;
  text(name: string): string | undefined;
  /** @throws InputError where the option is missing or empty */
  required(name: string): string;
  /** @throws InputError for a value that is not a number within the bounds */
  number(name: string, bounds?: Bounds): number | undefined;
  /** @throws InputError for a value that is not among the choices */
  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined;
}

/**
 * Parses what follows the command: one MODEL and the command's options, `--name value` or `--name=value`.
 * @param needsModel true if a command line without a MODEL is wrong
 * @param output name of the second argument, for a command that has one
 * @throws InputError for anything else
 */
export function parseCommandLine(
  args: readonly string[],
  options: Readonly<Record<string, Option>>,
  { needsModel = true, output: outputName }: { needsModel?: boolean; output?: string } = {},
): CommandLine {
  const { values, positionals } = parse(joinNegativeNumbers(args), options);
  const [model, ...others] = positionals;
  if (model === '' || (model === undefined && needsModel))
    throw new InputError('no MODEL is named: a file, or demo');
  const output = outputName === undefined ? undefined : others.shift();
  if (outputName !== undefined && !output) throw new InputError(`no ${outputName} is named`);
  const [extra] = others;
  if (extra !== undefined) throw new InputError(`what is "${extra}"? one MODEL file is expected`);
  const text = (name: string) => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    model: model ?? '',
    output,
    flag: (name) => values[name] === true,
    text,
    required(name) {
      const value = text(name);
      if (value === undefined || value === '') throw new InputError('is needed', { option: name });
      return value;
    },
    number(name, bounds = {}) {
      const value = text(name);
      return value === undefined ? undefined : parseNumber(value, bounds, name);
    },
    choice(name, choices) {
      const value = text(name);
      const chosen = choices.find((choice) => choice === value?.toLowerCase());
      if (value !== undefined && chosen === undefined) {
        throw new InputError(`"${value}" is none of ${choices.join(', ')}`, { option: name });
      }
      return chosen;
    },
  };
}

/** @throws InputError where the text is no number, or one outside the bounds */
export function parseNumber(text: string, bounds: Bounds, option: string): number {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (!isWithin(value, bounds))
    throw new InputError(`"${text}" is not ${describeBounds(bounds)}`, { option });
  return value;
}

/** `--psi -0.5` is meant as a value, but `parseArgs` takes any dash for an option. */
function joinNegativeNumbers(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const argument of args) {
    const previous = joined.at(-1);
    if (/^-[\d.]/.test(argument) && previous && /^--[^=]+$/.test(previous)) {
      joined[joined.length - 1] = `${previous}=${argument}`;
    } else joined.push(argument);
  }
  return joined;
}

function parse(args: string[], options: Readonly<Record<string, Option>>) {
  const known = Object.fromEntries(
    Object.entries(options).map(([name, { value }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  try {
    return parseArgs({ args, options: known, strict: true, allowPositionals: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Node adds advice on option-like positionals in further sentences.
    throw new InputError(message.split(/\.\s|\n/)[0] ?? message);
  }
}
