import type { Factors } from './factors.ts';
import { between, type Shape, type Side, shapeOf } from './shape.ts';
import { rotationX, transform, type Vector3 } from './vectors.ts';

/**
 * Where spots of the lion's surface are in a picture: the truth about handles and targets. Constants
 * repeat the anatomy of scene/head.wgsl.
 */
export interface Pixel {
  row: number;
  column: number;
}

const cameraDistance = 7;
const jawPivot: Vector3 = [0, -0.27, 0.12];
const chinAtRest: Vector3 = [0, -0.5, 0.8];
const lidRadius = 0.302;
const innerBrow = 0.22;
const eyeCentre: Vector3 = [0.372, 0.055, 0.56];

function signOf(side: Side): number {
  return side === 'left' ? -1 : 1;
}

function stretched(z: number, shape: Shape): number {
  return z > 0.5 ? 0.5 + (z - 0.5) * shape.muzzleLength : z;
}

function nose(shape: Shape): Vector3 {
  return [0, -0.125, stretched(0.985, shape)];
}

function chin(shape: Shape): Vector3 {
  const fromPivot: Vector3 = [
    chinAtRest[0] - jawPivot[0],
    chinAtRest[1] - jawPivot[1],
    chinAtRest[2] - jawPivot[2],
  ];
  const [x, y, z] = transform(rotationX(shape.jawAngle), fromPivot);
  return [x + jawPivot[0], y + jawPivot[1], stretched(z + jawPivot[2], shape)];
}

/** The middle of the upper lid's edge. */
function lid(shape: Shape, side: Side): Vector3 {
  const { upper } = shape.lids[side];
  return [
    signOf(side) * eyeCentre[0],
    eyeCentre[1] + lidRadius * Math.sin(upper),
    eyeCentre[2] + lidRadius * Math.cos(upper),
  ];
}

function eye(side: Side): Vector3 {
  return [signOf(side) * eyeCentre[0], eyeCentre[1], eyeCentre[2] + 0.275];
}

function earTip(shape: Shape, side: Side): Vector3 {
  const { angle, length } = shape.ears[side];
  const along = length * 0.93;
  const x = Math.sin(angle) * (0.74 + along) + 0.02;
  const y = 0.05 + Math.cos(angle) * (0.7 + along);
  return [signOf(side) * x, y, -0.1 - 0.18 * along];
}

/** The inner end of a brow, which rises farther than the outer one. */
function brow(shape: Shape, side: Side): Vector3 {
  const tilt = 0.42 * (0.33 - innerBrow) * (shape.brow + 0.1);
  return [signOf(side) * innerBrow, 0.41 + 0.12 * shape.brow + tilt, 0.7];
}

/** Of the back ring of the mane: petals, and which of them points to the left or the right. */
const backRing = { petals: 13, phase: 3.1, turn: 0.2, sideways: 3 };

/** `hash` of scene/primitives.wgsl. */
function hash(x: number): number {
  const value = Math.sin(x * 12.9898 + 4.1) * 43758.5453;
  return value - Math.floor(value);
}

/** The tip of the petal beside the cheek, as `petal` of scene/mane.wgsl draws it. */
function maneTip(shape: Shape, side: Side): Vector3 {
  const step = (2 * Math.PI) / backRing.petals;
  const index = signOf(side) * backRing.sideways;
  const random = hash(index + backRing.phase);
  const height = Math.cos(index * step);
  const lower = 1 + (height > 0 ? -0.12 : 0.2) * height * height;
  const radius = (0.64 + 0.8 * shape.mane) * (0.92 + 0.14 * random) * lower + 0.06;
  const swirl = 0.2 * (radius - 0.9) * signOf(side);
  const angle = (index - backRing.turn + 0.3 * (random - 0.5)) * step - swirl;
  return [radius * Math.sin(angle), radius * Math.cos(angle) - 0.04, -0.5];
}

const places = {
  nose,
  chin,
  lidL: (shape: Shape) => lid(shape, 'left'),
  lidR: (shape: Shape) => lid(shape, 'right'),
  eyeL: () => eye('left'),
  eyeR: () => eye('right'),
  earL: (shape: Shape) => earTip(shape, 'left'),
  earR: (shape: Shape) => earTip(shape, 'right'),
  browL: (shape: Shape) => brow(shape, 'left'),
  browR: (shape: Shape) => brow(shape, 'right'),
  maneL: (shape: Shape) => maneTip(shape, 'left'),
  maneR: (shape: Shape) => maneTip(shape, 'right'),
} satisfies Record<string, (shape: Shape) => Vector3>;

export type Landmark = keyof typeof places;

/** Perspective, as camera_ray of scene/march.wgsl has it; pixel centres are whole numbers. */
function project([x, y, z]: Vector3, size: number): Pixel {
  const near = cameraDistance / (cameraDistance - z);
  return {
    row: between(0, size, (1 - y * near) / 2) - 0.5,
    column: between(0, size, (1 + x * near) / 2) - 0.5,
  };
}

export function landmarkPixel(factors: Factors, landmark: Landmark, size: number): Pixel {
  const shape = shapeOf(factors);
  const [x, y, z] = transform(shape.rotation, places[landmark](shape));
  const [dx, dy, dz] = shape.translation;
  return project([x * shape.scale + dx, y * shape.scale + dy, z * shape.scale + dz], size);
}
