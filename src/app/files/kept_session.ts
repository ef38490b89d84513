import { del, get, keys, set } from 'idb-keyval';
import type { Document } from '../state/document.ts';
import type { HistoryRecord } from '../state/history.ts';
import type { Progress } from '../state/progress.ts';
import { type ReadModel, readModel, type WeightDelta } from './model_reader.ts';
import { fineTunedModel } from './model_with_delta.ts';

/** Raised when what is kept is written in another way: what other versions kept is left out. */
const version = 1;
const sessionKey = 'session';
/** Steps that are kept, back and forth. */
const mostSteps = 40;

/** A document as the browser keeps it: its model is kept once. */
type KeptDocument = Omit<Document, 'model'>;

/** What is kept of an edit. */
interface KeptSession {
  readonly version: number;
  /** Key of the model's file; undefined for the demo model. */
  readonly model: string | undefined;
  /** What the model was fine-tuned by. */
  readonly delta: WeightDelta | undefined;
  readonly history: HistoryRecord<KeptDocument>;
}

/** The file of a model, as it is kept. */
interface KeptFile {
  readonly name: string;
  readonly blob: Blob;
}

/** Under which key a file is kept already. */
const keptFiles = new WeakMap<Blob, string>();

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
  const ofModel = ({ state }: { readonly state: Document }): boolean => state.model === model;
  // The last steps with this model, as far as no other lies between.
  const before = past.slice(-mostSteps);
  const first = before.findLastIndex((step) => !ofModel(step)) + 1;
  const after = future.slice(-mostSteps);
  const next = after.findLastIndex((step) => !ofModel(step)) + 1;
  const session: KeptSession = {
    version,
    model: file.blob === demo.blob ? undefined : await keepFile(file),
    delta: model.tuned?.delta,
    history: {
      present: withoutModel(present),
      past: before.slice(first).map(withoutModels),
      future: after.slice(next).map(withoutModels),
    },
  };
  await set(sessionKey, session);
  for (const key of await keys()) if (key !== sessionKey && key !== session.model) await del(key);
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
    const file = await get<KeptFile>(session.model);
    if (!file) return undefined;
    keptFiles.set(file.blob, session.model);
    model = await readModel(file, progress);
  }
  if (session.delta) model = await fineTunedModel(model, session.delta);
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
  for (const key of await keys()) await del(key);
}

async function keepFile({ name, blob }: ReadModel): Promise<string> {
  const known = keptFiles.get(blob);
  if (known !== undefined) return known;
  const key = crypto.randomUUID();
  const file: KeptFile = { name, blob };
  await set(key, file);
  keptFiles.set(blob, key);
  return key;
}

const withoutModel = ({ model: _, ...document }: Document): KeptDocument => document;

const withoutModels = ({ state, label }: { readonly state: Document; readonly label: string }) => ({
  state: withoutModel(state),
  label,
});
