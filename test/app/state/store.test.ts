import { effect } from '@preact/signals';
import { describe, expect, it } from 'vitest';
import {
  changeOption,
  movePoint,
  newPicture,
  openModel,
  paintMask,
  placePoint,
  pullPoint,
  reset,
} from '../../../src/app/state/commands.ts';
import { describeUndoEnd } from '../../../src/app/state/describe.ts';
import { type Document, newDocument } from '../../../src/app/state/document.ts';
import { bytesBeyond } from '../../../src/app/state/held_memory.ts';
import { Store } from '../../../src/app/state/store.ts';
import { beginning, latentLength, modelNamed, pictureOf } from './documents.ts';

const place = placePoint(0, { handle: [1, 1], target: [9, 9] });
const latentBytes = 4 * latentLength;

describe('the store', () => {
  it('undoes and redoes each kind of change', () => {
    const store = new Store(beginning);
    const opened = newDocument(modelNamed('other.pkl'), pictureOf(3), beginning.options);
    const commands = [
      place,
      movePoint(0, 'handle', [2, 2]),
      paintMask(Uint8Array.of(1, 0)),
      changeOption('lambda', 1),
      newPicture(pictureOf(1), 'seed'),
      openModel(opened),
    ];
    const documents = [store.document.value];
    for (const command of commands) {
      store.do(command);
      expect(store.undoLabel.value).toBe(command.label);
      documents.push(store.document.value);
    }
    for (const before of documents.slice(0, -1).reverse()) {
      store.undo();
      expect(store.document.value).toBe(before);
    }
    expect(store.canUndo.value).toBe(false);
    for (const after of documents.slice(1)) {
      store.redo();
      expect(store.document.value).toBe(after);
    }
    expect(store.canRedo.value).toBe(false);
  });

  it('makes one step of a run, with its latent and points', () => {
    const store = new Store(beginning);
    store.do(place);
    const before = store.document.value;
    let made = before;
    store.beginRun(() => made);
    for (const iterations of [1, 2, 3]) {
      made = {
        ...before,
        ws: new Float32Array(latentLength).fill(iterations),
        edit: { ws: before.ws, handles: [[1, 1]], iterations, arrived: false },
      };
      store.advance();
      expect(store.document.value).toBe(made);
    }
    store.endRun();
    expect(store.undoLabel.value).toBe('run to iteration 3');
    const after = store.document.value;
    store.do(reset);
    expect(store.document.value.ws).toBe(beginning.ws);
    store.undo();
    expect(store.document.value).toBe(after);
    store.undo();
    expect(store.document.value).toBe(before);
  });

  it('takes over what a run has come to before a command is applied', () => {
    const store = new Store(beginning);
    store.do(place);
    const before = store.document.value;
    const tracked = { ...before, points: [{ handle: [4, 4], target: [9, 9] }] } as const;
    store.beginRun((document) => (document === before ? tracked : document));
    store.do(movePoint(0, 'target', [5, 5]));
    expect(store.document.value.points).toEqual([{ handle: [4, 4], target: [5, 5] }]);
    store.endRun();
    store.undo();
    expect(store.document.value).toBe(tracked);
    store.undo();
    expect(store.document.value).toBe(before);
  });

  it('makes one step of a pull with the run that follows it', () => {
    const store = new Store(beginning);
    const { gesture } = store;
    let iterations = 0;
    const advanced = (document: Document): Document => {
      iterations++;
      return { ...document, ws: new Float32Array(latentLength).fill(iterations) };
    };
    const pull = (column: number) => pullPoint(0, [3, 3], [3, column]);
    store.do(pull(4), gesture);
    store.beginRun(advanced);
    store.joinRun(pull(4), gesture);
    store.advance();
    // Other gestures come and go while the pointer is held.
    store.beginGesture();
    store.do(pull(5), gesture);
    store.advance();
    store.endRun();
    expect([store.undoLabel.value, store.document.value.points]).toEqual([
      'pull point 1',
      [{ handle: [3, 3], target: [3, 5] }],
    ]);
    const pulled = store.document.value;
    store.undo();
    expect([store.document.value, store.canUndo.value]).toEqual([beginning, false]);
    store.redo();
    expect(store.document.value).toBe(pulled);
    // The next pull of the same point is a step of its own.
    store.do(pull(6));
    store.undo();
    expect(store.document.value).toBe(pulled);
  });

  it('takes up a history that was kept', () => {
    const store = new Store(beginning);
    store.do(place);
    const placed = store.document.value;
    store.do(movePoint(0, 'target', [5, 5]));
    store.undo();
    const again = new Store(placed, undefined, store.record);
    expect([again.undoLabel.value, again.redoLabel.value]).toEqual([
      store.undoLabel.value,
      'move target 1',
    ]);
    again.redo();
    expect(again.document.value.points[0].target).toEqual([5, 5]);
    again.undo();
    again.undo();
    expect(again.document.value).toBe(beginning);
  });

  it('goes on with the step of a run that a lost device ended', () => {
    const store = new Store(beginning);
    for (const goesOn of [false, true]) {
      const ws = new Float32Array(latentLength);
      const made = { ...store.document.value, ws };
      store.beginRun(() => made, goesOn);
      store.endRun();
    }
    store.undo();
    expect(store.document.value).toBe(beginning);
    expect(store.canUndo.value).toBe(false);
  });

  it('tells its listeners once of each change, document and labels together', () => {
    const store = new Store(beginning);
    const heard: string[] = [];
    effect(() => {
      heard.push(`${store.document.value.points.length} ${store.undoLabel.value ?? '–'}`);
    });
    store.do(place);
    store.undo();
    expect(heard).toEqual(['0 –', '1 place point 1', '0 –']);
  });

  it('makes one step of what a gesture changes again and again, also while a run goes on', () => {
    const store = new Store(beginning);
    store.do(place);
    const move = (column: number) => store.do(movePoint(0, 'target', [9, column]));
    const targets = () => store.document.value.points.map(({ target }) => target[1]);
    store.beginRun((document) => ({ ...document, ws: new Float32Array(latentLength) }));
    for (const gesture of [10, 20]) {
      store.beginGesture();
      for (const further of [1, 2, 3]) move(gesture + further);
    }
    store.endRun();
    const seen = [];
    for (; store.canUndo.value; store.undo()) seen.push(`${store.undoLabel.value}: ${targets()}`);
    expect(seen.filter((step) => step.startsWith('move'))).toEqual([
      'move target 1: 23',
      'move target 1: 13',
    ]);
  });

  it('merges nothing of two gestures, whenever their pictures come', () => {
    const store = new Store(beginning);
    const [first, second] = [store.gesture, store.gesture + 1];
    store.beginGesture();
    store.do(newPicture(pictureOf(1), 'seed', true), first);
    store.do(newPicture(pictureOf(2), 'seed', true), first);
    store.do(newPicture(pictureOf(3), 'seed', true), second);
    store.undo();
    expect(store.document.value.source.seed).toBe(2);
    store.undo();
    expect(store.document.value).toBe(beginning);
  });

  it('says why undo ends where a model takes more memory than undo may', () => {
    const opened = newDocument(modelNamed('other.pkl'), pictureOf(3), beginning.options);
    const limit = beginning.model.weights.config.parameters;
    const store = new Store(beginning, limit);
    expect(store.undoEnd.value).toBeUndefined();
    store.do(openModel(opened));
    expect(store.canUndo.value).toBe(false);
    const end = store.undoEnd.value;
    expect(end).toMatchObject({ label: 'open other.pkl', limit });
    expect(end?.bytes).toBeGreaterThan(limit);
    expect(end && describeUndoEnd(end)).toMatch(/^“open other\.pkl” cannot be undone: /);
    store.do(place);
    expect(store.undoEnd.value, 'there is a step to undo').toBeUndefined();
    store.undo();
    expect(store.undoEnd.value).toEqual(end);
  });

  it('keeps document and history where a command cannot be applied', () => {
    const store = new Store(beginning);
    expect(() => store.do(changeOption('lambda', Number.NaN))).toThrow();
    expect(store.document.value).toBe(beginning);
    expect(store.canUndo.value).toBe(false);
  });

  it('lets the oldest steps go where pictures take more than they may', () => {
    const store = new Store(beginning, 2.5 * latentBytes);
    for (const seed of [1, 2, 3, 4]) store.do(newPicture(pictureOf(seed), 'seed'));
    store.undo();
    store.undo();
    expect(store.document.value.source.seed).toBe(2);
    expect(store.canUndo.value).toBe(false);
  });
});

describe('the memory of a document', () => {
  it('is what its neighbour does not share', () => {
    expect(bytesBeyond(beginning, beginning)).toBe(0);
    const masked = paintMask(new Uint8Array(64 * 64)).apply(beginning);
    expect(bytesBeyond(masked, beginning)).toBe(64 * 64);
    expect(bytesBeyond(beginning, masked)).toBe(0);
    const next = newPicture(pictureOf(1), 'seed').apply(masked);
    // Initial and current latent are one array; the list of no points is its own.
    expect(bytesBeyond(masked, next)).toBe(64 * 64 + latentBytes);
  });

  it('counts weights, and of a fine-tuned model those that are its own', () => {
    const { model } = beginning;
    const { parameters } = model.weights.config;
    const other = { ...beginning, model: modelNamed('other.pkl') };
    expect(bytesBeyond(other, beginning)).toBeGreaterThan(4 * parameters);
    const tensors = new Map(model.weights.tensors);
    const name = 'synthesis.b4.const';
    const tensor = tensors.get(name);
    if (!tensor) throw new RangeError(`no ${name}`);
    tensors.set(name, { ...tensor });
    const bytes = new Uint8Array(1000);
    const tuned = { delta: { name: 'delta', bytes }, original: model };
    const fineTuned = {
      ...beginning,
      model: { ...model, weights: { ...model.weights, tensors }, tuned },
    };
    const own = 4 * tensor.shape.reduce((a, b) => a * b, 1) + 1000;
    expect(bytesBeyond(fineTuned, beginning)).toBe(own);
    expect(bytesBeyond(beginning, fineTuned)).toBe(0);
  });
});
