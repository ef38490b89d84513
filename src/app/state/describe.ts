import { ShaderError } from '../../library/api.ts';
import type { UndoEnd } from './store.ts';

/** One line for a person. */
export function describe(error: unknown): string {
  if (error instanceof ShaderError) return `${error.message} (the last good kernel stays)`;
  return error instanceof Error ? error.message : String(error);
}

/** Why a step cannot be undone. */
export function describeUndoEnd({ label, bytes, limit }: UndoEnd): string {
  const [needed, most] = [bytes, limit].map((size) => Math.ceil(size / 2 ** 20));
  return `“${label}” cannot be undone: that would keep ${needed} MiB in memory, and ${most} MiB is the most.`;
}
