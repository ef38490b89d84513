import { del, get, keys, set } from 'idb-keyval';
import type { Document } from '../state/document.ts';
import { bytesBeyond } from '../state/held_memory.ts';
import type { HistoryRecord } from '../state/history.ts';
import type { Progress } from '../state/progress.ts';
import { type ReadModel, readModel, type WeightDelta } from './model_reader.ts';
import type { ModelFile } from './model_source.ts';
import { fineTunedModel } from './model_with_delta.ts';

/** Raised when what is kept is written in another way: what other versions kept is left out. */
const version = 1;
const sessionKey = 'session';
/** Bytes that the kept steps may have beside the present document, back and forth: they are written at every change. */
const mostBytes = 2 ** 23;

/** A document as the browser keeps it: its model is kept once. */
type KeptDocument = Omit<Document, 'model'>;

/** What is kept of an edit. */
interface KeptSession {
  readonly version: number;
  /** Key of the model's file; undefined for the demo model. */
  readonly model: string | undefined;
  /** Key of what the model was fine-tuned by. */
  readonly delta: string | undefined;
  readonly history: HistoryRecord<KeptDocument>;
}

/** Under which key a model's file, or the bytes of a delta, are kept already: both are large, and never change. */
let keptKeys = new WeakMap<object, string>();

/**
 * Keeps an edit with its history in this browser, so that a reload, or a tab that was closed, loses nothing.
 * @param demo needs no keeping
 * @throws DOMException where the browser has no room, or keeps nothing
 */
export async function keepSession(
  { present, past, future }: HistoryRecord<Document>,
  demo: ReadModel,
): Promise<void> {
  const { model } = present;
  const file = model.tuned?.original ?? model;
  const delta = model.tuned?.delta;
  const session: KeptSession = {
    version,
    model: file.blob === demo.blob ? undefined : await keep(file.blob, fileOf(file)),
    delta: delta && (await keep(delta.bytes, delta)),
    history: {
      present: withoutModel(present),
      past: nearest(past, present),
      future: nearest(future, present),
    },
  };
  await set(sessionKey, session);
  const needed: readonly unknown[] = [sessionKey, session.model, session.delta];
  for (const key of await keys()) if (!needed.includes(key)) await del(key);
}

/** @returns what was kept; undefined where nothing was, or it cannot be read any more */
export async function readKeptSession(
  demo: ReadModel,
  progress: Progress,
): Promise<HistoryRecord<Document> | undefined> {
  const session = await get<KeptSession>(sessionKey);
  if (session?.version !== version) return undefined;
  let model = demo;
  if (session.model !== undefined) {
    const file = await get<ModelFile>(session.model);
    if (!file) return undefined;
    keptKeys.set(file.blob, session.model);
    model = await readModel(file, progress);
  }
  if (session.delta !== undefined) {
    const delta = await get<WeightDelta>(session.delta);
    if (!delta) return undefined;
    keptKeys.set(delta.bytes, session.delta);
    model = await fineTunedModel(model, delta);
  }
  const { present, past, future } = session.history;
  const withModel = (state: KeptDocument): Document => ({ ...state, model });
  return {
    present: withModel(present),
    past: past.map(({ state, label }) => ({ state: withModel(state), label })),
    future: future.map(({ state, label }) => ({ state: withModel(state), label })),
  };
}

/** Forgets what is kept. */
export async function forgetSession(): Promise<void> {
  keptKeys = new WeakMap();
  for (const key of await keys()) await del(key);
}

/** Keeps something large once. @param of what never changes of it @returns its key */
async function keep(of: object, content: ModelFile | WeightDelta): Promise<string> {
  const known = keptKeys.get(of);
  if (known !== undefined) return known;
  const key = crypto.randomUUID();
  await set(key, content);
  keptKeys.set(of, key);
  return key;
}

const fileOf = ({ name, blob }: ReadModel): ModelFile => ({ name, blob });

type Steps<State> = HistoryRecord<State>['past'];

/** The steps next to the present, with its model, that are small enough together. */
function nearest(steps: Steps<Document>, present: Document): Steps<KeptDocument> {
  const kept: { readonly state: KeptDocument; readonly label: string }[] = [];
  let bytes = 0;
  let neighbour = present;
  for (const { state, label } of steps.toReversed()) {
    bytes += bytesBeyond(state, neighbour);
    if (state.model !== present.model || bytes > mostBytes) break;
    kept.unshift({ state: withoutModel(state), label });
    neighbour = state;
  }
  return kept;
}

const withoutModel = ({ model: _, ...document }: Document): KeptDocument => document;
