import { DragganError } from '../../library/api.ts';
import {
  parseRows,
  rowsOf,
  type StyleRange,
  writeRows,
} from '../../models/stylegan2/network/latent_rows.ts';
import type { StyleMix } from '../state/picture_source.ts';

/** What stands in the fields of style mixing. It is no mix yet without a seed, or while the rows are half typed. */
export interface MixingDraft {
  readonly seed: number | undefined;
  readonly rows: string;
  /** The mix that it was typed over. */
  readonly over: StyleMix | undefined;
}

/** What the fields show where nothing is mixed yet. */
export const emptyDraft = (numWs: number): MixingDraft => ({
  seed: undefined,
  rows: writeRows(rowsOf('coarse', numWs)),
  over: undefined,
});

/** The draft, while it says the same as the picture's mix or is half typed over it; else that mix, as after an undo. */
export function followMix(draft: MixingDraft, mix: StyleMix | undefined, numWs: number) {
  const halfTyped = typeof readRows(draft.rows, numWs) === 'string';
  if (sameMix(mix, halfTyped ? draft.over : mixOf(draft, numWs))) return draft;
  return { seed: mix?.seed, rows: mix ? writeRows(mix.rows) : draft.rows, over: mix };
}

/** Undefined where nothing is mixed. */
export function mixOf({ seed, rows }: MixingDraft, numWs: number): StyleMix | undefined {
  const read = readRows(rows, numWs);
  if (seed === undefined || typeof read === 'string' || read.length === 0) return undefined;
  return { seed, rows: read };
}

/** @returns rows in ascending order; why there are none where the text says nothing that can be */
export function readRows(text: string, numWs: number): readonly number[] | string {
  if (text.trim() === '') return [];
  try {
    return parseRows(text, numWs);
  } catch (error) {
    if (!(error instanceof DragganError)) throw error;
    return error.message;
  }
}

/** The rows with all of a range, or, where it has all of them, without. */
export function toggleRange(text: string, range: StyleRange, numWs: number): string {
  const read = readRows(text, numWs);
  const rows = new Set(typeof read === 'string' ? [] : read);
  const own = rowsOf(range, numWs);
  const all = own.every((row) => rows.has(row));
  for (const row of own)
    if (all) rows.delete(row);
    else rows.add(row);
  return writeRows([...rows].sort((a, b) => a - b));
}

const sameMix = (a: StyleMix | undefined, b: StyleMix | undefined): boolean =>
  a?.seed === b?.seed && String(a?.rows) === String(b?.rows);
