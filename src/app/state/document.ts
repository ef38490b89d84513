import { startingOptions } from '../../drag/options.ts';
import type {
  DragOptions,
  EditState,
  LatentOrigin,
  PlacedLatent,
  Point,
  PointPair,
} from '../../library/api.ts';
import { dragOptionTable } from '../../options/drag_options.ts';
import type { ReadModel } from '../files/model_reader.ts';
import type { PictureSource } from './picture_source.ts';

/**
 * All that a person edits, at one moment. It is never changed: what a person does makes another one, which shares with
 * it all that is the same. The device, the views and the history follow it.
 */
export interface Document {
  /** The open model as it was read, with what it is fine-tuned by. */
  readonly model: ReadModel;
  /** What the picture was generated from. */
  readonly source: PictureSource;
  /** The latent of the picture as it was generated, where reset leads and regularisation draws to. */
  readonly initial: PlacedLatent;
  /** num_ws · w_dim: the latent of the picture as it is. */
  readonly ws: Float32Array;
  /** What `ws` is made from, where that is known. */
  readonly origin?: LatentOrigin;
  /** Where each handle is now, and its target. */
  readonly points: readonly PointPair[];
  /** The edit that `points` are in; null until its first iteration. */
  readonly edit: EditState | null;
  /** One byte a pixel of the picture, row-major, 1 = must stay; null where everything may move. */
  readonly mask: Uint8Array | null;
  /** The latent whose picture the masked part is kept from: what `ws` was when the first mask was set. */
  readonly kept?: Float32Array;
  readonly options: DocumentOptions;
}

/** The options of a drag, and how many iterations one run makes at most. */
export type DocumentOptions = Readonly<DragOptions> & { readonly steps: number };

/** What a picture is made of, once its model is there. */
export interface Picture extends PlacedLatent {
  readonly source: PictureSource;
}

/** A new picture: its points and mask are still to come. */
export function newDocument(
  model: ReadModel,
  { source, ...latent }: Picture,
  options: DocumentOptions,
): Document {
  return { model, source, initial: latent, ...latent, points: [], edit: null, mask: null, options };
}

/** What a model's file recommends, else the paper's values. */
export function defaultsOf({ weights }: ReadModel): DocumentOptions {
  const { config } = weights;
  return {
    ...startingOptions(config),
    steps: config.dragDefaults?.steps ?? dragOptionTable.steps.usual,
  };
}

/** With another mask, or without one. The first one keeps the picture as it is now. */
export function withMask(document: Document, mask: Uint8Array | null): Document {
  const kept = mask ? (document.mask ? document.kept : document.ws) : undefined;
  return { ...document, mask, kept };
}

/** With other points. Other handles begin another edit, and so do other targets after an arrival. */
export function withPoints(document: Document, points: readonly PointPair[]): Document {
  const same = (end: keyof PointPair): boolean =>
    points.length === document.points.length &&
    points.every((pair, j) => samePoint(pair[end], document.points[j][end]));
  const sameHandles = same('handle');
  if (sameHandles && same('target')) return document;
  const goesOn = sameHandles && !document.edit?.arrived;
  return { ...document, points, edit: goesOn ? document.edit : null };
}

/** The points with their handles where the edit began. */
export function startingPoints({ points, edit }: Document): readonly PointPair[] {
  if (!edit) return points;
  return points.map(({ handle, target }, j) => ({ handle: edit.handles[j] ?? handle, target }));
}

export const samePoint = (a: Point, b: Point): boolean => a[0] === b[0] && a[1] === b[1];

export const samePair = (a: PointPair, b: PointPair): boolean =>
  samePoint(a.handle, b.handle) && samePoint(a.target, b.target);
