import { writeRows } from '../../models/stylegan2/network/latent_rows.ts';
import type { PictureSource } from '../state/picture_source.ts';

/** A file system takes 255 bytes, of which a letter may need four. */
const longestStem = 50;

/** The name of a picture's file, without an ending: model and seed, or the latent's name, then mixing and dragging. */
export function pictureName(
  model: string,
  { seed, latent, mix }: PictureSource,
  dragged: boolean,
): string {
  const source = latent ? stem(latent.name) : `${stem(model)}-seed-${seed}`;
  const mixed = mix ? `-mix-${mix.seed}-rows-${writeRows(mix.rows).replaceAll(',', '_')}` : '';
  const name = `${source}${mixed}`;
  return dragged && !name.endsWith('-dragged') ? `${name}-dragged` : name;
}

/** A file's name without its ending, and without what file systems or shells might not take. */
function stem(name: string): string {
  const plain = name.replace(/(?<=.)\.\w+$/, '').replace(/[^\p{L}\p{N}._-]+/gu, '-');
  return plain.slice(0, longestStem).replace(/^[-.]+/, '') || 'picture';
}
