import { ShaderError } from '../../library/api.ts';

/** One line for a person. */
export function describe(error: unknown): string {
  if (error instanceof ShaderError) return `${error.message} (the last good kernel stays)`;
  return error instanceof Error ? error.message : String(error);
}
