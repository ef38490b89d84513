import { FormatError } from '../../formats/errors.ts';
import { type ConvolutionChoice, choiceFields } from '../graph/variants.ts';
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

/** More is no tuning of ours. */
const most = {
  characters: 2 ** 24,
  kernelChoices: 64,
  layers: 4096,
  measured: 256,
  features: 64,
  text: 300,
};

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
 * Reads kernelChoices that anybody may have written: every value is checked. Fields beside those above are ignored, but not
 * those of a choice: half a choice is none.
 * @param file names the text in errors
 * @throws FormatError that names the entry
 */
export function readKernelChoices(text: string, file?: string): KernelChoices[] {
  if (text.length > most.characters)
    throw new FormatError(`${text.length} characters are too many for a file of kernel choices`, {
      file,
    });
  const whole = new Entry(parse(text, file), 'the tuning', file);
  if (whole.field('format').value !== format) whole.refuse(`is no ${format}`);
  if (whole.field('version').value !== version)
    whole.field('version').refuse(`is not ${version}: another version of this program wrote it`);
  return whole.field('tunings').list(most.kernelChoices).map(readChoices);
}

function readChoices(entry: Entry): KernelChoices {
  const kernels = entry.field('kernels');
  if (!/^[0-9a-f]{64}$/.test(kernels.text())) kernels.refuse('is no SHA-256');
  const layers = new Map<string, LayerChoice>();
  for (const layer of entry.field('layers').list(most.layers)) {
    const key = layer.field('layer').text();
    if (layers.has(key)) layer.refuse('is there twice');
    const measured = layer.field('measured').list(most.measured);
    layers.set(key, {
      choice: readChoice(layer.field('choice')),
      measured: measured.map((one) => ({
        choice: readChoice(one.field('choice')),
        milliseconds: one.field('ms').time(),
      })),
    });
  }
  return { adapter: readAdapter(entry.field('adapter')), kernels: kernels.text(), layers };
}

const readAdapter = (entry: Entry): AutotunedAdapter => ({
  vendor: entry.field('vendor').text(),
  architecture: entry.field('architecture').text(),
  device: entry.field('device').text(),
  description: entry.field('description').text(),
  features: entry
    .field('features')
    .list(most.features)
    .map((feature) => feature.text()),
});

function readChoice(entry: Entry): ConvolutionChoice {
  const { value } = entry;
  for (const [name, { allowed, what }] of Object.entries(choiceFields)) {
    const field = entry.field(name);
    if (!allowed(field.value)) field.refuse(`is not ${what}`);
  }
  for (const name of Object.keys(entry.object()))
    if (!Object.hasOwn(choiceFields, name)) entry.refuse(`has an unknown field ${name}`);
  return isChoice(value) ? value : entry.refuse('is no choice');
}

const isChoice = (value: unknown): value is ConvolutionChoice =>
  isObject(value) &&
  Object.entries(choiceFields).every(([name, { allowed }]) => allowed(value[name]));

function parse(text: string, file: string | undefined): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FormatError('is no JSON', { file });
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value of the file, and where it stands. */
class Entry {
  constructor(
    readonly value: unknown,
    private readonly place: string,
    private readonly file: string | undefined,
  ) {}

  refuse(why: string): never {
    throw new FormatError(`${this.place} ${why}`, { file: this.file });
  }

  object(): Readonly<Record<string, unknown>> {
    return isObject(this.value) ? this.value : this.refuse('is no object');
  }

  field(name: string): Entry {
    const object = this.object();
    const value = Object.hasOwn(object, name) ? object[name] : undefined;
    return new Entry(
      value,
      this.place === 'the tuning' ? name : `${this.place}.${name}`,
      this.file,
    );
  }

  list(longest: number): Entry[] {
    const { value } = this;
    if (!Array.isArray(value)) return this.refuse('is no list');
    if (value.length > longest) return this.refuse(`has more than ${longest} entries`);
    return value.map((one: unknown, i) => new Entry(one, `${this.place}[${i}]`, this.file));
  }

  text(): string {
    const { value } = this;
    if (typeof value !== 'string') return this.refuse('is no text');
    return value.length > most.text ? this.refuse('is too long') : value;
  }

  time(): number {
    const { value } = this;
    const sound = typeof value === 'number' && Number.isFinite(value) && value >= 0;
    return sound ? value : this.refuse('is no time');
  }
}
