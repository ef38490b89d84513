import { InputError } from '../../formats/errors.ts';
import type { Draggable } from '../../models/draggable.ts';
import { hasCoordinates } from '../../options/drag_options.ts';
import { CoordinateLayout } from './coordinate_layout.ts';
import { type LatentLayout, OwnLeaves } from './latent_layout.ts';
import type { ObjectiveShape } from './objective_shape.ts';

/** How a generator's latent lies on the device in a drag of this shape. @throws InputError for a space it has not */
export async function layOut(
  generator: Pick<Draggable, 'leaves' | 'coordinates'>,
  { space }: Pick<ObjectiveShape, 'space'>,
): Promise<LatentLayout> {
  if (!hasCoordinates(space)) return new OwnLeaves(generator.leaves, space === 'w');
  if (!generator.coordinates)
    throw new InputError(`the generator has no latent space ${space}`, { option: 'space' });
  return new CoordinateLayout(generator.leaves, await generator.coordinates(space));
}
