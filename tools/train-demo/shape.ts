import type { Factors } from './factors.ts';
import {
  type Matrix3,
  multiply,
  rotationX,
  rotationY,
  rotationZ,
  type Vector3,
} from './vectors.ts';

/** What the factors mean for the lion's shape: angles in radians, lengths in object units. */
export interface Shape {
  /** Object to world: p ↦ rotation·p·scale + translation. */
  rotation: Matrix3;
  scale: number;
  translation: Vector3;
  muzzleLength: number;
  noseSize: number;
  /** 0 = none … 1 = a full mane. */
  mane: number;
  lids: Record<Side, { upper: number; lower: number }>;
  ears: Record<Side, { angle: number; length: number }>;
  /** 0 = closed … 1 = wide open. */
  mouthOpen: number;
  jawAngle: number;
  /** 0 … 1. */
  smile: number;
  /** −1 = frowning … 1 = raised. */
  brow: number;
  /** 0 = plain … 1 = full tabby marks. */
  stripes: number;
}

export type Side = 'left' | 'right';

const degree = Math.PI / 180;

export function between(low: number, high: number, factor: number): number {
  return low + (high - low) * factor;
}

export function clamp01(x: number): number {
  return Math.min(1, Math.max(0, x));
}

/**
 * An eye's factor to its openness: shut below 0.03, nearly wide from 0.32 on, so that wide open is the
 * common case, yet strictly rising, so that each lid stays a factor of its own.
 */
function eyeOpenness(factor: number): number {
  const t = clamp01((factor - 0.03) / 0.29);
  return t * t * (3 - 2 * t) * 0.84 + 0.16 * factor;
}

function lidAngles(factor: number): { upper: number; lower: number } {
  const open = eyeOpenness(factor);
  return {
    upper: between(-18, 48, open) * degree,
    lower: between(-18, -44, Math.min(1, open * 1.3)) * degree,
  };
}

function ear(length: number, angle: number): { angle: number; length: number } {
  return { angle: between(24, 58, angle) * degree, length: between(0.32, 0.92, length) };
}

export function shapeOf(factors: Factors): Shape {
  const yaw = rotationY(between(-38, 38, factors.yaw) * degree);
  const pitch = rotationX(between(16, -20, factors.pitch) * degree);
  const roll = rotationZ(between(-13, 13, factors.roll) * degree);
  const mouthOpen = Math.max(0, (factors.mouth - 0.12) / 0.88);
  return {
    rotation: multiply(roll, multiply(yaw, pitch)),
    scale: between(0.53, 0.66, factors.size),
    translation: [between(-0.17, 0.17, factors.px), between(-0.12, 0.14, factors.py), 0],
    muzzleLength: between(0.86, 1.42, factors.muzzle),
    noseSize: between(0.85, 1.3, factors.nose),
    mane: clamp01(between(-0.12, 1, factors.mane)),
    lids: { left: lidAngles(factors.eyeL), right: lidAngles(factors.eyeR) },
    ears: {
      left: ear(factors.earLlen, factors.earLang),
      right: ear(factors.earRlen, factors.earRang),
    },
    mouthOpen,
    jawAngle: mouthOpen * 0.74,
    smile: factors.smile,
    brow: 2 * factors.brow - 1,
    stripes: Math.max(0, factors.stripe * 1.25 - 0.25),
  };
}
