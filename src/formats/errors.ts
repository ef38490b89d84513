import { printable } from './printable.ts';

/**
 * A fault of the input or of the machine that we can name. The message is always one line, whatever a file's names
 * hold, so that the command line and the page can show it as it stands.
 */
export class DragganError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(printable(message), options);
    this.name = new.target.name;
  }
}

/** The most characters of a file's or tensor's name in a message. */
const longestName = 160;

/** Where in a file a fault lies. */
export interface FileLocation {
  /** The file's name as the person gave it. */
  file?: string;
  /** Byte offset from the file's start. */
  offset?: number;
  /** The tensor's name in the file. */
  tensor?: string;
}

/** A file that does not hold what its format says: cut, contradictory, or with a shape that does not fit. */
export class FormatError extends DragganError {
  /** The file's name as the person gave it. */
  readonly file?: string;
  /** Byte offset from the file's start. */
  readonly offset?: number;
  /** The tensor's name in the file. */
  readonly tensor?: string;

  constructor(message: string, location: FileLocation = {}) {
    super(`${describeLocation(location)}${message}`);
    this.file = location.file;
    this.offset = location.offset;
    this.tensor = location.tensor;
  }
}

/** A sound file, but of a model that we do not run: another architecture, or a size out of range. */
export class UnsupportedModelError extends DragganError {
  /** The file's name as the person gave it. */
  readonly file?: string;
  /** The tensor's name in the file. */
  readonly tensor?: string;

  constructor(message: string, location: FileLocation = {}) {
    super(`${describeLocation(location)}${message}`);
    this.file = location.file;
    this.tensor = location.tensor;
  }
}

/** There is no WebGPU, or no adapter behind it: a fault of the machine, not of the input. */
export class NoAdapterError extends DragganError {}

/** An optional npm package that the work needs is not installed: a fault of the installation, not of the input. */
export class MissingPackageError extends DragganError {}

/** The device was lost: its driver was reset, it was unplugged, or the engine was destroyed. */
export class DeviceLostError extends DragganError {}

/** A file that cannot be written, or not wholly: a fault of the machine, such as a full disk. */
export class OutputError extends DragganError {}

/** The adapter has less of something than the model or the plan needs. */
export class DeviceLimitError extends DragganError {
  /** How much the model or the plan needs, in the limit's unit (bytes, buffers, …). */
  readonly needed: number;
  /** How much the adapter has. */
  readonly available: number;
  /** The limit's name, as WebGPU spells it where it has one. */
  readonly what: string;

  constructor({ needed, available, what }: { needed: number; available: number; what: string }) {
    super(`${what}: ${needed} needed, this adapter has ${available}`);
    this.needed = needed;
    this.available = available;
    this.what = what;
  }
}

/** An option, a point, or another value that a person gave and that cannot be used. */
export class InputError extends DragganError {
  /** The option's name without its dashes, or the argument's. */
  readonly option?: string;

  constructor(message: string, { option }: { option?: string } = {}) {
    super(option === undefined ? message : `--${option}: ${message}`);
    this.option = option;
  }
}

function describeLocation({ file, offset, tensor }: FileLocation): string {
  const parts = [];
  if (file !== undefined) parts.push(printable(file, longestName));
  if (offset !== undefined) parts.push(`byte ${offset}`);
  if (tensor !== undefined) parts.push(`tensor ${printable(tensor, longestName)}`);
  return parts.map((part) => `${part}: `).join('');
}
