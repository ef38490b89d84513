import {
  array,
  check,
  custom,
  type GenericSchema,
  type InferOutput,
  type IssuePathItem,
  type ObjectEntries,
  object,
  pipe,
  safeParse,
  strictObject,
} from 'valibot';
import { FormatError } from './errors.ts';

/** The most levels of nesting; deeper texts would overflow the stack of code that walks through them. */
const deepest = 64;

/** The names of a text and its file in messages. */
export interface JsonText {
  /** The name of the text, e.g. `metadata config`. */
  readonly root: string;
  /** Text before the path of a field, e.g. `metadata config: `; absent where the path says enough. */
  readonly within?: string;
  readonly file?: string;
}

/**
 * Reads JSON that anybody may have written.
 * @param schema what it must hold; messages of its parts go after the path of a field, e.g. `must be a positive number`
 * @throws FormatError for a text that is not JSON, is nested deeper than 64 levels, or does not fit the schema; it
 *   names the field that is wrong, and what it must be
 */
export function readJson<Schema extends GenericSchema>(
  text: string,
  schema: Schema,
  { root, within = '', file }: JsonText,
): InferOutput<Schema> {
  const value = parse(text, root, file);
  if (isDeeperThan(text, deepest))
    throw new FormatError(`${root} is nested deeper than ${deepest} levels`, { file });
  const result = safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [{ path, message }] = result.issues;
  throw new FormatError(`${path ? `${within}${showPath(path)}` : root} ${message}`, { file });
}

/** An object with these fields; others beside them are left out. */
export const objectOf = <Entries extends ObjectEntries>(entries: Entries) =>
  pipe(record, object(entries, 'is missing'));

/** An object with these fields and no others. */
export const exactObjectOf = <Entries extends ObjectEntries>(entries: Entries) =>
  pipe(
    record,
    strictObject(entries, ({ expected }) => (expected === 'never' ? 'is unknown' : 'is missing')),
  );

/** A list of at most `most` entries, counted before any of them is looked at. */
export const listOf = <Item extends GenericSchema>(item: Item, most: number) =>
  pipe(
    custom<unknown[]>(Array.isArray, 'is no list'),
    check(({ length }) => length <= most, `has more than ${most} entries`),
    array(item),
  );

const record = custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'is no object',
);

function parse(text: string, root: string, file?: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FormatError(`${root} is no valid JSON`, { file });
  }
}

/** A path as messages show it, e.g. `choices[0].kernels`. */
const showPath = (path: readonly IssuePathItem[]): string =>
  path
    .map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key).slice(0, 80)}`))
    .join('')
    .replace(/^\./, '');

function isDeeperThan(text: string, most: number): boolean {
  let depth = 0;
  // Matches a quoted text, closed or not, whose brackets do not count, or a bracket.
  for (const [found] of text.matchAll(/"(?:[^"\\]|\\.)*"?|[[\]{}]/gs)) {
    if (found === '[' || found === '{') depth++;
    else if (found === ']' || found === '}') depth--;
    if (depth > most) return true;
  }
  return false;
}
