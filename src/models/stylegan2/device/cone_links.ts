import { blockMaps } from '../network/layers.ts';

/** The kinds of steps, and their numbers in shaders/lib/cone.wgsl. */
export const linkKinds = { start: 0, convolution: 1, fir: 2, up: 3 } as const;

/** One step down the network. Source: SPEC §4. */
export interface Link {
  readonly kind: keyof typeof linkKinds;
  /** The map whose cells the list holds, as the network's calls name it. */
  readonly layer: string;
  /** Height and width of the list's map, in cells. */
  readonly height: number;
  readonly width: number;
  /** Cells beyond the list that the next link's kernel reads, backward. */
  readonly ring: number;
}

/** A range of cells on one axis, ends included. */
export type Range = readonly [first: number, last: number];

/** The part of a range that a map of this length has. */
export const clip = ([first, last]: Range, length: number): Range => [
  Math.max(first, 0),
  Math.min(last, length - 1),
];

/** A feature map: the block whose output it is, by its name, and its size in cells. */
interface FeatureMap {
  readonly block: number;
  readonly height: number;
  readonly width: number;
}

/** From the feature map down to the constant. Source: SPEC §4. */
export function linksFrom({ block: top, height, width }: FeatureMap): Link[] {
  let size = { height, width };
  const links: Link[] = [{ kind: 'start', layer: blockMaps(top).conv1, ...size, ring: 2 }];
  for (let block = top; block >= 4; block /= 2) {
    links.push({ kind: 'convolution', layer: blockMaps(block).conv0, ...size, ring: 3 });
    if (block === 4) break;
    const t = { height: size.height + 1, width: size.width + 1 };
    links.push({ kind: 'fir', layer: blockMaps(block).t, ...t, ring: 2 });
    size = { height: size.height / 2, width: size.width / 2 };
    links.push({ kind: 'up', layer: blockMaps(block / 2).conv1, ...size, ring: 2 });
  }
  return links;
}

/** The cells of a link's map that cells of the map above it depend on, on one axis. @param length of the link's map */
export function follow([first, last]: Range, kind: Link['kind'], length: number): Range {
  switch (kind) {
    case 'convolution':
      return clip([first - 1, last + 1], length);
    case 'fir':
      return clip([first - 1, last + 2], length);
    case 'up':
      return clip([Math.ceil((first - 2) / 2), Math.floor(last / 2)], length);
    case 'start':
      return [first, last];
  }
}
