import type { FilePart } from '../../../formats/byte_cursor.ts';
import { FormatError } from '../../../formats/errors.ts';
import { readZipDirectory, zipEntryPart } from '../../../formats/zip/zip.ts';
import { inflatedPart, mostInflated } from '../../../formats/zip/zip_inflation.ts';

/** How the names of models end. */
const ending = /\.(safetensors|pkl|pickle|pt|pth|ckpt|bin|tar)(\.gz)?$/i;

/**
 * The one model in a zip file, whatever else is beside it.
 * @throws FormatError where there is none or more than one, or it inflates to more than 32 times the file's length
 */
export function modelInZip(part: FilePart): FilePart {
  const { file } = part;
  const entries = [...readZipDirectory(part).values()];
  // macOS adds a folder of its own notes on each file.
  const models = entries.filter(
    ({ name }) => ending.test(name) && !/(^|\/)(__MACOSX\/|\.)/.test(name),
  );
  const [model] = models;
  if (!model || models.length > 1) {
    const names = models.map(({ name }) => name.slice(0, 60));
    const found = model ? `${models.length} models (${names.slice(0, 4).join(', ')})` : 'no model';
    const advice = model ? ': unpack it, and name the one that is meant' : '';
    throw new FormatError(`a zip file with ${found}${advice}`, { file, offset: 0 });
  }
  if (model.deflated) return inflatedPart(part, model, mostInflated(part.bytes.length));
  const { bytes } = zipEntryPart(part, model);
  const name = model.name.slice(0, 80);
  return { bytes, origin: 0, file: file === undefined ? name : `${file}: ${name}` };
}
