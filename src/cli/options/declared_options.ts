import {
  type Bounds,
  type Option,
  type OptionTable,
  rangeOf,
  type ValueOf,
} from '../../options/option.ts';
import type { CommandLine, Option as CommandOption } from './arguments.ts';

/**
 * The command line's side of a table of options: a flag for each option that has one, with its help.
 * @param recommends true if a model's file may recommend values; the help then says so
 */
export function declareOptions(
  table: OptionTable,
  { recommends = false } = {},
): Record<string, CommandOption> {
  const flags: Record<string, CommandOption> = {};
  for (const option of Object.values(table)) {
    const { flag, key } = option;
    if (flag === undefined) continue;
    const usual =
      recommends && key !== undefined ? `the model's, else ${option.usual}` : option.usual;
    flags[flag] =
      option.kind === 'switch'
        ? { help: helpOf(option) }
        : { value: placeholder(option), help: `${helpOf(option)} (${usual})` };
  }
  return flags;
}

/**
 * The options of a table that the command line gives; the others are absent.
 * @param narrowed bounds that hold for one model, by the option's name, in place of the table's
 * @throws InputError for a value that its option cannot have
 */
export function parseDeclared<Table extends OptionTable>(
  line: CommandLine,
  table: Table,
  narrowed?: Partial<Record<keyof Table, Bounds>>,
): { [Name in keyof Table]?: ValueOf<Table[Name]> };
export function parseDeclared(
  line: CommandLine,
  table: OptionTable,
  narrowed: Partial<Record<string, Bounds>> = {},
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(table)) {
    if (option.flag === undefined) continue;
    const value = parseOne(line, option.flag, option, narrowed[name]);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

function parseOne(line: CommandLine, flag: string, option: Option, narrowed?: Bounds) {
  if (option.kind === 'number') return line.number(flag, narrowed ?? option.bounds);
  if (option.kind === 'choice') return line.choice(flag, option.choices);
  return line.flag(flag) || undefined;
}

function placeholder(option: Option): string {
  if (option.kind === 'choice') return option.choices.join('|');
  return option.kind === 'number' && option.bounds.whole ? 'N' : 'X';
}

/** The hint's first sentence, then the range of the option's numbers, e.g. `how much …, in pixels; 0 to 512`. */
function helpOf(option: Option): string {
  const [what] = option.hint.split('. ');
  // A capital as in “W+” stays.
  const sentence = what
    .replace(/\.$/, '')
    .replace(/^[A-Z](?=[a-z ])/, (first) => first.toLowerCase());
  if (option.kind !== 'number') return sentence;
  const unit = option.unit === undefined ? '' : `, in ${option.unit}`;
  return `${sentence}${unit}; ${rangeOf(option.bounds)}`;
}
