import type { FilePart } from '../byte_cursor.ts';
import { FormatError } from '../errors.ts';
import { unpickle } from '../pickle/pickle.ts';
import type { PickleNames } from '../pickle/pickle_names.ts';
import { bytesPerElement } from '../tensors/named_tensors.ts';
import { readZipDirectory, type ZipEntry, zipEntryPart } from '../zip/zip.ts';
import { storageName, type TorchPickle, viewOf } from './torch_stream.ts';

const isPickle = ({ name }: ZipEntry): boolean => /^[^/]*\/data\.pkl$/.test(name);

/** True for the directory of a zip file that `torch.save` wrote. */
export const isTorchZip = (entries: ReadonlyMap<string, ZipEntry>): boolean =>
  [...entries.values()].some(isPickle);

/**
 * Reads PyTorch's zip format: `*` + `/data.pkl`, and each storage's elements in `*` + `/data/` + its key.
 * @param part the whole file
 * @param allowed what the pickle may name
 * @throws FormatError
 */
export function readTorchZip(part: FilePart, allowed: PickleNames): TorchPickle {
  const { file } = part;
  const entries = readZipDirectory(part);
  const pickles = [...entries.values()].filter(isPickle);
  const [pickle] = pickles;
  if (!pickle || pickles.length > 1) {
    throw new FormatError(
      `a zip file with ${pickles.length} entries */data.pkl, where PyTorch's have one`,
      { file, offset: 0 },
    );
  }
  const folder = pickle.name.slice(0, pickle.name.indexOf('/'));
  const order = entries.get(`${folder}/byteorder`);
  // "big": files are little-endian unless they say otherwise.
  const littleEndian = !order || zipEntryPart(part, order).bytes[0] !== 'b'.charCodeAt(0);
  const { value } = unpickle(zipEntryPart(part, pickle), allowed);
  return {
    value,
    storage(id) {
      const name = storageName(id, file);
      const entry = entries.get(`${folder}/data/${name.key}`);
      const location = { file, offset: id.offset };
      if (!entry) {
        throw new FormatError(`the zip entry data/${name.key} is missing`, location);
      }
      const { bytes } = zipEntryPart(part, entry);
      if (name.count * bytesPerElement[name.dtype] > bytes.length) {
        throw new FormatError(
          `the zip entry data/${name.key} has ${bytes.length} bytes, too few for ${name.count} elements`,
          location,
        );
      }
      return viewOf({ bytes, dtype: name.dtype, littleEndian }, name, location);
    },
  };
}
