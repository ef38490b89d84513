import type * as Sharp from 'sharp';
import { MissingPackageError } from '../../formats/errors.ts';

/** The decoders that stay enabled of the library's dozens, so that hostile files meet fewer parsers. */
const decoders = ['Jpeg', 'Png', 'Webp', 'Tiff'].map((name) => `VipsForeignLoad${name}`);

let loaded: Promise<typeof Sharp.default> | undefined;

/**
 * The picture library, loaded when the first picture is read: it is optional and takes a tenth of a second.
 * @throws MissingPackageError where it is not installed, or not for this system
 */
export function loadSharp(): Promise<typeof Sharp.default> {
  loaded ??= importSharp();
  return loaded;
}

async function importSharp(): Promise<typeof Sharp.default> {
  const sharp = await import('sharp').then(
    (module) => module.default,
    (cause: unknown) => {
      throw new MissingPackageError('pictures are read by the package sharp: npm install sharp', {
        cause,
      });
    },
  );
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: decoders });
  // Each picture is read once, so a cache gains nothing.
  sharp.cache(false);
  return sharp;
}
