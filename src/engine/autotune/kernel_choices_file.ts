import {
  boolean,
  custom,
  type GenericSchema,
  literal,
  maxLength,
  picklist,
  pipe,
  regex,
  string,
} from 'valibot';
import { FormatError } from '../../formats/errors.ts';
import { exactObjectOf, listOf, objectOf, readJson } from '../../formats/json.ts';
import { type ConvolutionChoice, mostSplits } from '../graph/variants.ts';
import type { AutotunedAdapter, KernelChoices, LayerChoice } from './kernel_choices.ts';

/**
 * Tunings as JSON, to be kept, sent and read again:
 *
 *   { "format": "draggan-webgpu tuning", "version": 2, "tunings": [ {
 *       "adapter": { "vendor", "architecture", "device", "description", "features": [] }, "kernels": "<SHA-256>",
 *       "layers": [ { "layer": "<convolutionKey>", "choice": {}, "measured": [ { "choice": {}, "ms": 0.1 } ] } ] } ] }
 */
const format = 'draggan-webgpu tuning';
const version = 2;

/** A longer file is refused: this project writes none. */
const most = {
  characters: 2 ** 24,
  kernelChoices: 64,
  layers: 4096,
  measured: 256,
  features: 64,
  text: 300,
};

/** Kernel choices as a text in JSON, which `readKernelChoices` reads. */
export function writeKernelChoices(kernelChoices: readonly KernelChoices[]): string {
  const written = kernelChoices
    .slice(0, most.kernelChoices)
    .map(({ adapter, kernels, layers }) => ({
      adapter,
      kernels,
      layers: [...layers].map(([layer, { choice, measured }]) => ({
        layer,
        choice,
        measured: measured.map(({ choice: tried, milliseconds }) => ({
          choice: tried,
          ms: milliseconds,
        })),
      })),
    }));
  return `${JSON.stringify({ format, version, tunings: written }, null, 1)}\n`;
}

/**
 * Reads kernel choices that anybody may have written: every value is checked. Unknown fields are ignored, but a
 * choice must have all of its fields.
 * @param file names the text in errors
 * @throws FormatError that names the entry
 */
export function readKernelChoices(text: string, file?: string): KernelChoices[] {
  if (text.length > most.characters)
    throw new FormatError(`${text.length} characters are too many for a file of kernel choices`, {
      file,
    });
  const { tunings } = readJson(text, wholeFile, { root: 'the tuning', file });
  return tunings.map(({ adapter, kernels, layers }, i) => {
    const choices = new Map<string, LayerChoice>();
    layers.forEach(({ layer, choice, measured }, j) => {
      if (choices.has(layer))
        throw new FormatError(`tunings[${i}].layers[${j}] is there twice`, { file });
      choices.set(layer, {
        choice,
        measured: measured.map(({ choice: tried, ms }) => ({ choice: tried, milliseconds: ms })),
      });
    });
    return { adapter, kernels, layers: choices };
  });
}

const name = pipe(string('is no text'), maxLength(most.text, 'is too long'));

const choice = exactObjectOf({
  cellsFirst: boolean('is not true or false'),
  splits: custom<number>(
    (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= mostSplits,
    `is not a whole number of parts up to ${mostSplits}`,
  ),
  modulation: picklist(['inline', 'ahead'], 'is not inline or ahead'),
  algorithm: picklist(['direct', 'winograd', 'lanes'], 'is not direct, winograd or lanes'),
}) satisfies GenericSchema<unknown, ConvolutionChoice>;

const milliseconds = custom<number>(
  (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
  'is no time',
);

const layer = objectOf({
  layer: name,
  choice,
  measured: listOf(objectOf({ choice, ms: milliseconds }), most.measured),
});

const adapter = objectOf({
  vendor: name,
  architecture: name,
  device: name,
  description: name,
  features: listOf(name, most.features),
}) satisfies GenericSchema<unknown, AutotunedAdapter>;

const wholeFile = objectOf({
  format: literal(format, `is no ${format}`),
  version: literal(version, `is not ${version}: another version of this program wrote it`),
  tunings: listOf(
    objectOf({
      adapter,
      kernels: pipe(string('is no text'), regex(/^[0-9a-f]{64}$/, 'is no SHA-256')),
      layers: listOf(layer, most.layers),
    }),
    most.kernelChoices,
  ),
});
