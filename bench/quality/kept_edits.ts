import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { array, number, object, optional, parse, string } from 'valibot';
import { writeCase } from './cases.ts';
import type { Edit, Method } from './methods.ts';

const kept = object({
  ws: string(),
  iterations: number(),
  milliseconds: number(),
  ends: array(object({ row: number(), column: number() })),
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
      const key = createHash('sha256').update(`${method.name} ${writeCase(given.case)}`);
      const file = `${folder}/${key.digest('hex').slice(0, 32)}.json`;
      if (existsSync(file)) return read(readFileSync(file, 'utf8'));
      const edit = await method.edit(subject, given);
      if (!edit) return undefined;
      const bytes = new Uint8Array(edit.ws.buffer, edit.ws.byteOffset, edit.ws.byteLength);
      const text = JSON.stringify({ ...edit, ws: Buffer.from(bytes).toString('base64') });
      writeFileSync(`${file}.part`, text);
      renameSync(`${file}.part`, file);
      return edit;
    },
  };
}

function read(text: string): Edit {
  const { ws, ...rest } = parse(kept, JSON.parse(text));
  // A copy: small buffers share a pool.
  return { ...rest, ws: new Float32Array(new Uint8Array(Buffer.from(ws, 'base64')).buffer) };
}
