import type { Factors } from './factors.ts';
import { paletteOf } from './palette.ts';
import { between, shapeOf } from './shape.ts';
import type { Vector3 } from './vectors.ts';

/** Floats of one `Picture` of scene/parameters.wgsl: 19 vectors of four. */
export const pictureFloats = 19 * 4;

/** Direction of the key light in the world: 42° high, from the left or the right. */
function lightDirection(factor: number): Vector3 {
  const azimuth = (between(-62, 62, factor) * Math.PI) / 180;
  const elevation = (42 * Math.PI) / 180;
  return [
    Math.sin(azimuth) * Math.cos(elevation),
    Math.sin(elevation),
    Math.cos(azimuth) * Math.cos(elevation),
  ];
}

function sinCos(angle: number): [number, number] {
  return [Math.sin(angle), Math.cos(angle)];
}

/** Packs factors as the scene's `Picture`, field by field. */
export function pictureParameters(factors: Factors): number[] {
  const shape = shapeOf(factors);
  const [left, right] = [shape.lids.left, shape.lids.right];
  const palette = paletteOf(factors);
  const packed = [
    ...shape.rotation.flatMap((row, i) => [...row, shape.translation[i]]),
    ...[shape.scale, shape.muzzleLength, shape.noseSize, shape.mane],
    ...[...sinCos(left.upper), ...sinCos(left.lower)],
    ...[...sinCos(right.upper), ...sinCos(right.lower)],
    ...[...sinCos(shape.ears.left.angle), shape.ears.left.length, 0],
    ...[...sinCos(shape.ears.right.angle), shape.ears.right.length, 0],
    ...[...sinCos(shape.jawAngle), ...sinCos(shape.jawAngle / 2)],
    ...[shape.mouthOpen, shape.smile, shape.brow, shape.stripes],
    ...[...lightDirection(factors.lightDir), shape.translation[0]],
    ...[palette.coat, palette.dark, palette.cream].flatMap((colour) => [...colour, 0]),
    ...[palette.maneTip, palette.maneRoot, palette.iris].flatMap((colour) => [...colour, 0]),
    ...[palette.backgroundInner, palette.backgroundOuter].flatMap((colour) => [...colour, 0]),
  ];
  if (packed.length !== pictureFloats) {
    throw new Error(`a picture has ${pictureFloats} floats, not ${packed.length}`);
  }
  return packed;
}
