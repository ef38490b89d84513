import { changeOptions, startingOptions } from '../../drag/options.ts';
import type { Point, PointPair } from '../../library/api.ts';
import { dragOptionTable, hasCoordinates } from '../../options/drag_options.ts';
import { impliedMethod, type MethodName } from '../../options/methods.ts';
import {
  type Document,
  type DocumentOptions,
  type Picture,
  samePair,
  samePoint,
  startingPoints,
  withMask,
  withPoints,
} from './document.ts';
import type { PicturePart } from './picture_source.ts';
import { iterationsOf } from './run_trail.ts';

/** A change that a person makes to the document. */
export interface Command {
  /** What it does, as “Undo: …” goes on: in the imperative, without a full stop. */
  readonly label: string;
  /**
   * The document after it; the same one where it changes nothing.
   * @throws InputError for a value that cannot be used
   */
  apply(document: Document): Document;
  /** Names what is changed: within one gesture, such as a drag, changes of the same make one step of the history. */
  readonly mergeKey?: string | undefined;
}

/** Adds a pair after the others. @param index that it gets, counted from 0 */
export const placePoint = (index: number, pair: PointPair): Command => ({
  label: `place point ${index + 1}`,
  apply: (document) => withPoints(document, [...document.points, pair]),
});

export const movePoint = (index: number, end: keyof PointPair, to: Point): Command => ({
  label: `move ${end === 'handle' ? 'point' : 'target'} ${index + 1}`,
  mergeKey: `move ${end} ${index}`,
  apply: (document) =>
    withPoints(
      document,
      document.points.map((pair, j) => (j === index ? { ...pair, [end]: to } : pair)),
    ),
});

/** Pulls a handle, a new one or one that is there, to where the pointer is. @param handle of a new pair */
export const pullPoint = (index: number, handle: Point, target: Point): Command => ({
  label: `pull point ${index + 1}`,
  mergeKey: `pull ${index}`,
  apply(document) {
    const { points } = document;
    if (index < points.length) return movePoint(index, 'target', target).apply(document);
    return withPoints(document, [...points, { handle, target }]);
  },
});

export const removePoint = (index: number): Command => ({
  label: `remove point ${index + 1}`,
  apply: (document) =>
    withPoints(
      document,
      document.points.filter((_, j) => j !== index),
    ),
});

export const clearPoints: Command = {
  label: 'clear the points',
  apply: (document) => withPoints(document, []),
};

/** Moves every target on by half of the way that its handle has made in this edit, as far as the picture reaches. */
export const goFurther: Command = {
  label: 'move the targets further',
  apply(document) {
    const { height, width } = document.model.weights.config;
    const starts = startingPoints(document);
    const further = (from: number, to: number, end: number): number =>
      Math.min(end - 1, Math.max(0, Math.round(to + (to - from) / 2)));
    const points = document.points.map(({ handle, target }, j): PointPair => {
      const [row, column] = starts[j].handle;
      return {
        handle,
        target: [further(row, target[0], height), further(column, target[1], width)],
      };
    });
    return withPoints(document, points);
  },
};

/**
 * What led from some points to others, as a tool has them all.
 * @returns undefined where nothing did
 */
export function changePoints(
  from: readonly PointPair[],
  to: readonly PointPair[],
): Command | undefined {
  if (to.length === 0) return from.length === 0 ? undefined : clearPoints;
  if (to.length > from.length) return placePoint(from.length, to[to.length - 1]);
  const other = to.findIndex((pair, j) => !samePair(pair, from[j]));
  if (to.length < from.length) return removePoint(other < 0 ? to.length : other);
  if (other < 0) return undefined;
  const end = samePoint(to[other].handle, from[other].handle) ? 'target' : 'handle';
  return movePoint(other, end, to[other][end]);
}

/**
 * Sets the mask.
 * @param mask side · side, 1 = must stay; null: everything may move
 */
const setMask = (label: string, mask: Uint8Array | null): Command => ({
  label,
  apply: (document) =>
    mask === null && document.mask === null ? document : withMask(document, mask),
});

/** @param mask after the stroke; null where nothing must stay any more */
export const paintMask = (mask: Uint8Array | null): Command => setMask('paint the mask', mask);

export const clearMask: Command = setMask('clear the mask', null);

/** What must stay may move, and the other way round. Without a mask nothing changes. */
export const invertMask: Command = {
  label: 'invert the mask',
  apply(document) {
    const mask = document.mask?.map((stays) => 1 - stays);
    if (!mask) return document;
    return withMask(document, mask.includes(1) ? mask : null);
  },
};

/** Sets one option. */
export const changeOption = <Name extends keyof DocumentOptions>(
  name: Name,
  value: DocumentOptions[Name],
): Command => ({
  label: `change ${inSentence(dragOptionTable[name].label)}`,
  mergeKey: `option ${name}`,
  apply: (document) => withOptions(document, { [name]: value }),
});

/** Sets the latent space. One of the other method comes with that method's values. */
export const changeSpace = (space: DocumentOptions['space']): Command => ({
  label: 'change the latent space',
  apply(document) {
    const changes = { space };
    if (hasCoordinates(space) === hasCoordinates(document.options.space))
      return withOptions(document, changes);
    return withOptions(document, { ...valuesOf(document, impliedMethod(space, null)), ...changes });
  },
});

/** Takes the values of a method for all that it decides. */
export const changeMethod = (method: MethodName): Command => ({
  label: 'change the method',
  apply: (document) => withOptions(document, valuesOf(document, method)),
});

/** What a method decides, as it is for the open model. */
function valuesOf({ model }: Document, method: MethodName): Partial<DocumentOptions> {
  const values = startingOptions(model.weights.config, { method });
  const { space, learningRate, stopDistance, keeping, farthest, patience, changeProbes } = values;
  return { space, learningRate, stopDistance, keeping, farthest, patience, changeProbes };
}

/** @param defaults of the open model */
export const takeDefaultOptions = (defaults: Partial<DocumentOptions>): Command => ({
  label: 'take the default options',
  apply: (document) => withOptions(document, defaults),
});

/** Another latent space begins another edit. */
function withOptions(document: Document, changes: Partial<DocumentOptions>): Document {
  const options = changeOptions(document.options, changes);
  const edit = options.space === document.options.space ? document.edit : null;
  return { ...document, options, edit };
}

/**
 * Another picture of the open model. Points and mask were the old one's.
 * @param part which of the controls asked for it
 * @param goesOn whether that control is typed into or slid, so that one change after the other makes one step
 */
export const newPicture = (
  { source, ...latent }: Picture,
  part: PicturePart,
  goesOn = false,
): Command => ({
  label: source.latent && part === 'latent' ? `open ${source.latent.name}` : `change the ${part}`,
  mergeKey: goesOn ? `picture ${part}` : undefined,
  apply: (document) => ({
    ...document,
    source,
    initial: latent,
    ws: latent.ws,
    origin: latent.origin,
    points: [],
    edit: null,
    mask: null,
    kept: undefined,
  }),
});

/** Another model, or the same with other weights, and its first picture. */
export const openModel = (opened: Document): Command => ({
  label: `open ${opened.model.name}`,
  apply: () => opened,
});

/** @param fineTuned the open model with a delta */
export const takeDelta = (fineTuned: Document): Command => ({
  label: `take ${fineTuned.model.tuned?.delta.name ?? 'the fine-tuning'}`,
  apply: () => fineTuned,
});

/** @param original the open model as its file has it */
export const removeDelta = (original: Document): Command => ({
  label: 'remove the fine-tuning',
  apply: () => original,
});

/** Goes to where the last run has been. */
export const goAlong = (to: Document): Command => ({
  label: `go to iteration ${iterationsOf(to)} of the run`,
  mergeKey: 'along the run',
  apply: () => to,
});

/** Back to the picture as it was generated, with the handles where the edit began. */
export const reset: Command = {
  label: 'reset',
  apply(document) {
    if (document.ws === document.initial.ws) return document;
    return {
      ...document,
      ws: document.initial.ws,
      origin: document.initial.origin,
      points: startingPoints(document),
      edit: null,
      kept: document.mask ? document.initial.ws : undefined,
    };
  },
};

/** A label as it goes on after other words. */
const inSentence = (label: string): string => label.charAt(0).toLowerCase() + label.slice(1);
