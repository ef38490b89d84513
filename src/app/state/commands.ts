import { changeOptions } from '../../drag/options.ts';
import type { Point, PointPair } from '../../library/api.ts';
import {
  type Document,
  type DocumentOptions,
  type Picture,
  startingPoints,
  withPoints,
} from './document.ts';

/** A change that a person makes to the document. */
export interface Command {
  /** What it does, as “Undo: …” goes on: in the imperative, without a full stop. */
  readonly label: string;
  /** The document after it; the same one where it changes nothing. @throws InputError for a value that cannot be used */
  apply(document: Document): Document;
  /** One command after the other with the same key are one step of the history: a slider's, an arrow key's. */
  readonly mergeKey?: string;
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

/**
 * Sets the mask.
 * @param mask side · side, 1 = must stay; null: everything may move
 */
const setMask = (label: string, mask: Uint8Array | null): Command => ({
  label,
  apply: (document) => (mask === null && document.mask === null ? document : { ...document, mask }),
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
    return { ...document, mask: mask.includes(1) ? mask : null };
  },
};

/** Sets some options. @param label of the option, for a person */
export const changeOption = (changes: Partial<DocumentOptions>, label: string): Command => ({
  label: `change ${label}`,
  mergeKey: `options ${Object.keys(changes).join(' ')}`,
  apply: (document) => withOptions(document, changes),
});

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
 * @param part which of the controls asked for it: one that is moved on and on makes one step
 */
export const newPicture = ({ source, ws }: Picture, part: string): Command => ({
  label: source.latent && part === 'latent' ? `open ${source.latent.name}` : `change the ${part}`,
  ...(part !== 'latent' && { mergeKey: `picture ${part}` }),
  apply: (document) => ({
    ...document,
    source,
    initial: ws,
    ws,
    points: [],
    edit: null,
    mask: null,
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

/** Back to the picture as it was generated, with the handles where the edit began. */
export const reset: Command = {
  label: 'reset',
  apply(document) {
    if (document.ws === document.initial) return document;
    return {
      ...document,
      ws: document.initial,
      points: startingPoints(document),
      edit: null,
    };
  },
};
