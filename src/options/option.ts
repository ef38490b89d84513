import { InputError } from '../formats/errors.ts';

/** The numbers that an option takes: from `least` to `most`, both included; without a bound there is no limit. */
export interface Bounds {
  /** The least number that is taken. */
  readonly least?: number;
  /** The largest number that is taken. */
  readonly most?: number;
  /** True if fractions are refused. */
  readonly whole?: boolean;
}

/** The fields of every option, whatever its kind. */
interface OptionTexts {
  /** Its name for a person: a noun, e.g. `Patch radius r₁`. */
  readonly label: string;
  /** A sentence or two that say what it does. */
  readonly hint: string;
  /** Its name on the command line, without the dashes; absent where the command line does not offer it. */
  readonly flag?: string;
  /** Its name in a model file's metadata `drag_defaults`; absent where a file does not recommend it. */
  readonly key?: string;
}

/** An option whose value is a number. */
export interface NumberOption extends OptionTexts {
  /** Tells the kinds of options apart. */
  readonly kind: 'number';
  /** What the number counts, e.g. `pixels of a 512² picture`; absent for a pure number. */
  readonly unit?: string;
  /** The numbers that it takes. */
  readonly bounds: Bounds;
  /** Its value where nobody chose one. */
  readonly usual: number;
}

/** An option whose value is one of a few words. */
export interface ChoiceOption<Choice extends string = string> extends OptionTexts {
  /** Tells the kinds of options apart. */
  readonly kind: 'choice';
  /** The words that it takes. */
  readonly choices: readonly Choice[];
  /** Its value where nobody chose one. */
  readonly usual: Choice;
}

/** An option that is on or off; off where nobody chose. */
export interface SwitchOption extends OptionTexts {
  /** Tells the kinds of options apart. */
  readonly kind: 'switch';
  /** Its value where nobody chose one. */
  readonly usual: false;
}

/** One option, declared once: pane, command line, library validation and documents read this. */
export type Option = NumberOption | ChoiceOption | SwitchOption;

/** The options of one thing, by their names in the library. */
export type OptionTable = Readonly<Record<string, Option>>;

/** True if `value` is a finite number within the bounds. */
export function isWithin(
  value: unknown,
  { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY, whole }: Bounds,
): value is number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  return value >= least && value <= most && (!whole || Number.isSafeInteger(value));
}

/** The bounds in words, e.g. `a whole number from 0 to 8`. */
export function describeBounds({ least, most, whole }: Bounds): string {
  const kind = whole ? 'a whole number' : 'a number';
  if (least !== undefined && most !== undefined) return `${kind} from ${least} to ${most}`;
  if (least !== undefined) return `${kind} of at least ${least}`;
  return most === undefined ? kind : `${kind} of at most ${most}`;
}

/** The bounds in short, e.g. `0 to 8`; empty where there are none. */
export function rangeOf({ least, most }: Bounds): string {
  if (least === undefined) return most === undefined ? '' : `at most ${most}`;
  return most === undefined ? `at least ${least}` : `${least} to ${most}`;
}

/** The values that an option can have, in words. */
export function describeValues(option: Option): string {
  if (option.kind === 'number') return describeBounds(option.bounds);
  return option.kind === 'choice' ? option.choices.join(' or ') : 'true or false';
}

/** True if the option can have this value. */
export function accepts(option: Option, value: unknown): boolean {
  if (option.kind === 'number') return isWithin(value, option.bounds);
  return option.kind === 'choice'
    ? option.choices.some((choice) => choice === value)
    : typeof value === 'boolean';
}

/**
 * Checks the values of a table's options; those that the table does not name are not looked at.
 * @throws InputError for the first value that its option cannot have; it names the option as the library does
 */
export function checkOptions(
  table: OptionTable,
  values: Readonly<Partial<Record<string, unknown>>>,
): void {
  for (const [name, option] of Object.entries(table))
    if (name in values && !accepts(option, values[name]))
      throw new InputError(`${name} is ${values[name]}, not ${describeValues(option)}`);
}

/**
 * The type of a table without the texts and numbers of its rows: documents and error messages show this one. What a
 * program may rely on stays: each option's kind, its choices, and whether it has a key.
 */
export type Declared<Table> = {
  readonly [Name in keyof Table]: (Table[Name] extends { readonly kind: 'number' }
    ? NumberOption
    : Table[Name] extends { readonly kind: 'choice'; readonly choices: readonly (infer Choice)[] }
      ? ChoiceOption<Choice & string>
      : SwitchOption) &
    (Table[Name] extends { readonly key: string } ? { readonly key: string } : unknown);
};

/** The type of an option's value. */
export type ValueOf<Declared extends Option> = Declared extends { readonly kind: 'number' }
  ? number
  : Declared extends ChoiceOption
    ? Declared['choices'][number]
    : boolean;

/** The usual values of a table's options, by their names. */
export function usualValues<Table extends OptionTable>(
  table: Table,
): { -readonly [Name in keyof Table]: ValueOf<Table[Name]> };
export function usualValues(table: OptionTable): Record<string, unknown> {
  return Object.fromEntries(Object.entries(table).map(([name, { usual }]) => [name, usual]));
}
