import {
  custom,
  type GenericSchema,
  type InferOutput,
  nullish,
  optional,
  picklist,
  string,
} from 'valibot';
import { FormatError } from '../../../formats/errors.ts';
import { objectOf, readJson } from '../../../formats/json.ts';
import { type DragDefaults, recommendedOptions } from '../../../options/drag_options.ts';
import { methodNames } from '../../../options/methods.ts';
import { describeBounds, isWithin } from '../../../options/option.ts';
import type { GeneratorSource } from './source.ts';

const declaredConfig = objectOf({
  conv_clamp: nullish(
    custom<number>(
      (value) => isWithin(value, { least: Number.MIN_VALUE }),
      'must be a positive number or null',
    ),
  ),
  architecture: nullish(string('must be a text')),
  resize: nullish(
    custom<number>((value) => isWithin(value, { least: 0 }), 'must be a number of pixels'),
  ),
  c_dim: nullish(
    custom<number>(
      (value) => isWithin(value, { least: 0, whole: true }),
      'must be a whole number of classes',
    ),
  ),
});

/** What a file's metadata say of its network that no tensor tells. */
export type DeclaredConfig = InferOutput<typeof declaredConfig>;

const declaredDefaults = objectOf(
  Object.fromEntries(
    recommendedOptions.map(({ key, bounds }) => [
      key,
      optional(
        custom<number>((value) => isWithin(value, bounds), `must be ${describeBounds(bounds)}`),
      ),
    ]),
  ),
);

const declaredMethod = objectOf({
  method: optional(picklist(methodNames, `must be one of ${methodNames.join(', ')}`)),
});

/**
 * Reads the metadata's `config`.
 * @returns undefined where the file has none
 * @throws FormatError for text that is not such JSON
 */
export const readDeclaredConfig = (source: GeneratorSource): DeclaredConfig | undefined =>
  readMetadata(source, 'config', declaredConfig);

/**
 * Reads the drag options that were measured for the model: the metadata's `drag_defaults`.
 * @param blocks of the network
 * @returns null where the file names none
 * @throws FormatError for text that is not such JSON, or a value outside its bounds
 */
export function readDragDefaults(source: GeneratorSource, blocks: number): DragDefaults | null {
  const given = readMetadata(source, 'drag_defaults', declaredDefaults);
  if (!given) return null;
  const defaults: { -readonly [Name in keyof DragDefaults]: DragDefaults[Name] } = {};
  const method = readMetadata(source, 'drag_defaults', declaredMethod)?.method;
  if (method !== undefined) defaults.method = method;
  for (const { name, key } of recommendedOptions) {
    const value = given[key];
    if (value !== undefined) defaults[name] = value;
  }
  if ((defaults.featureBlock ?? 0) >= blocks) {
    throw new FormatError(
      `metadata drag_defaults: feature_block ${defaults.featureBlock}, but there are only ${blocks} blocks`,
      { file: source.file },
    );
  }
  return defaults;
}

/** @returns undefined where the file has no such metadata */
function readMetadata<Schema extends GenericSchema>(
  { metadata, file }: GeneratorSource,
  key: string,
  schema: Schema,
): InferOutput<Schema> | undefined {
  const text = metadata[key];
  if (text === undefined) return undefined;
  const root = `metadata ${key}`;
  return readJson(text, schema, { root, within: `${root}: `, file });
}
