import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { array, boolean, number, object, optional, parse, string } from 'valibot';
import { writeCase } from './cases.ts';
import type { Edit, Method } from './methods.ts';

const kept = object({
  ws: string(),
  back: optional(string()),
  iterations: number(),
  milliseconds: number(),
  ends: array(object({ row: number(), column: number() })),
  keeps: optional(boolean()),
  stopped: optional(string()),
});

/**
 * A method whose edits are kept in a folder, a file each, and taken from there another time: for a bench that goes on after
 * an interruption, or whose judge is new. What a drag does is not part of a file's name: a folder serves one version of it.
 */
export function keeping(folder: string, method: Method): Method {
  mkdirSync(folder, { recursive: true });
  return {
    ...method,
    async edit(subject, given) {
      const back = subject.isBack ? ' and back' : '';
      const key = createHash('sha256').update(`${method.name}${back} ${writeCase(given.case)}`);
      const file = `${folder}/${key.digest('hex').slice(0, 32)}.json`;
      if (existsSync(file)) return read(readFileSync(file, 'utf8'));
      const edit = await method.edit(subject, given);
      if (!edit) return undefined;
      const latents = { ws: base64(edit.ws), back: edit.back && base64(edit.back) };
      writeFileSync(`${file}.part`, JSON.stringify({ ...edit, ...latents }));
      renameSync(`${file}.part`, file);
      return edit;
    },
  };
}

const base64 = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');

// A copy: small buffers share a pool.
const floats = (text: string): Float32Array =>
  new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);

function read(text: string): Edit {
  const { ws, back, ...rest } = parse(kept, JSON.parse(text));
  return { ...rest, ws: floats(ws), ...(back ? { back: floats(back) } : {}) };
}
