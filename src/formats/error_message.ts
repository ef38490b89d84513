import {
  DeviceLimitError,
  DeviceLostError,
  DragganError,
  FormatError,
  InputError,
  NoAdapterError,
  UnsupportedModelError,
} from './errors.ts';

/** An error as a message between a worker and its page, since an error that is posted loses its class. */
export interface ErrorMessage {
  readonly name: string;
  readonly message: string;
  /** The other fields of its class, such as where in a file the fault lies. */
  readonly details: Readonly<Record<string, string | number>>;
}

const kinds = [
  FormatError,
  UnsupportedModelError,
  InputError,
  DeviceLimitError,
  DeviceLostError,
  NoAdapterError,
  DragganError,
];

export function errorMessage(error: unknown): ErrorMessage {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), details: {} };
  const details: Record<string, string | number> = {};
  if (error instanceof DragganError)
    for (const [key, value] of Object.entries(error))
      if (key !== 'name' && (typeof value === 'string' || typeof value === 'number'))
        details[key] = value;
  return { name: error.name, message: error.message, details };
}

/** The error that a message was made from, with its class if that is one of this project's. */
export function readErrorMessage({ name, message, details }: ErrorMessage): Error {
  const kind = kinds.find((known) => known.name === name);
  if (!kind) return Object.assign(new Error(message), { name });
  // Not through the class's constructor: that would put the location before the message a second time.
  const error = new DragganError(message);
  Object.setPrototypeOf(error, kind.prototype);
  return Object.assign(error, details, { name });
}
