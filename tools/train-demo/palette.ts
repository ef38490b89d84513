import type { Factors } from './factors.ts';
import { between } from './shape.ts';
import type { Vector3 } from './vectors.ts';

/** Colours in linear RGB. */
export interface Palette {
  coat: Vector3;
  dark: Vector3;
  cream: Vector3;
  maneTip: Vector3;
  maneRoot: Vector3;
  iris: Vector3;
  backgroundInner: Vector3;
  backgroundOuter: Vector3;
}

/** OKLCH (hue in degrees) to linear RGB, after Ottosson 2020; negative components become 0. */
function oklch(lightness: number, chroma: number, hue: number): Vector3 {
  const angle = (hue * Math.PI) / 180;
  const a = chroma * Math.cos(angle);
  const b = chroma * Math.sin(angle);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    Math.max(0, 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    Math.max(0, -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    Math.max(0, -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** Every combination of the factors is a plausible animal: hue and chroma follow lightness. */
export function paletteOf(factors: Factors): Palette {
  const coatHue = 50 + factors.hue * (15 + 11 * factors.light);
  const coatLightness = between(0.5, 0.8, factors.light);
  const coatChroma = 0.06 + 0.04 * Math.sin(Math.PI * (0.12 + 0.76 * factors.light));
  const maneHue = between(62, 38, factors.maneCol);
  const maneLightness = between(0.66, 0.34, factors.maneCol);
  const maneChroma = 0.095 - 0.035 * factors.maneCol;
  const irisHue = 64 + (235 - 64) * factors.iris ** 1.4;
  const backgroundHue = factors.bg * 300 - 20;
  return {
    coat: oklch(coatLightness, coatChroma, coatHue),
    dark: oklch(coatLightness * 0.5, coatChroma * 0.62, coatHue - 10),
    cream: oklch(Math.min(0.95, coatLightness * 0.4 + 0.59), 0.024, 78),
    maneTip: oklch(maneLightness * 1.06, maneChroma, maneHue),
    maneRoot: oklch(maneLightness * 0.62, maneChroma * 0.8, maneHue - 8),
    iris: oklch(0.66, 0.11 - 0.05 * factors.iris, irisHue),
    backgroundInner: oklch(0.9, 0.024, backgroundHue),
    backgroundOuter: oklch(0.66, 0.04, backgroundHue + 12),
  };
}
