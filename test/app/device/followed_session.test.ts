import { describe, expect, it } from 'vitest';
import { FollowedSession } from '../../../src/app/device/followed_session.ts';
import { changeOption, movePoint, placePoint, reset } from '../../../src/app/state/commands.ts';
import { type Document, defaultsOf, newDocument } from '../../../src/app/state/document.ts';
import { createModel, type Model } from '../../../src/library/api.ts';
import { openTestEngine } from '../../support/test_device.ts';
import { modelNamed } from '../state/documents.ts';

const read = modelNamed('tiny.safetensors');
const source = { seed: 3, psi: 1 };

async function tiny(): Promise<Model> {
  return createModel(await openTestEngine(), read.weights);
}

/** A point that is to move, in a picture of the model. */
async function placedOn(model: Model): Promise<Document> {
  const ws = await model.latent({ seed: source.seed });
  const document = newDocument(read, { source, ws }, defaultsOf(read));
  return placePoint(0, { handle: [20, 20], target: [20, 44] }).apply(document);
}

describe('a session that follows a document', () => {
  it('makes another document of a run, and of nothing else', async () => {
    const model = await tiny();
    const placed = await placedOn(model);
    const followed = await FollowedSession.open(model, placed);
    expect(followed.advanced(placed)).toBe(placed);
    await followed.session.run({ steps: 3 });
    const dragged = followed.advanced(placed);
    expect(dragged.ws).not.toEqual(placed.ws);
    expect(dragged.initial).toBe(placed.initial);
    expect(dragged.edit).toEqual({
      ws: placed.ws,
      handles: [[20, 20]],
      iterations: 3,
      arrived: false,
    });
    expect(followed.advanced(dragged), 'taken once').toBe(dragged);
    expect(followed.advanced(placed), 'of another document it knows nothing').toBe(placed);
    await followed.session.destroy();
    model.destroy();
  });

  it('takes points and options over at once, and says where that is not enough', async () => {
    const model = await tiny();
    const placed = await placedOn(model);
    const followed = await FollowedSession.open(model, placed);
    await followed.session.run({ steps: 2 });
    const dragged = followed.advanced(placed);
    const changed = changeOption('r1', 5).apply(movePoint(0, 'target', [30, 44]).apply(dragged));
    expect(followed.follow(changed)).toBe(true);
    expect(followed.session.options.r1).toBe(5);
    expect(followed.session.points).toEqual(changed.points);
    expect(followed.session.iteration, 'the edit goes on').toBe(2);

    const back = reset.apply(changed);
    expect(followed.follow(back)).toBe(false);
    expect(followed.document, 'nothing has changed').toBe(changed);
    await followed.restore(back);
    expect(followed.session.state).toMatchObject({ ws: placed.ws, points: back.points });
    await followed.session.destroy();
    model.destroy();
  });

  it('does not take over what a run has outrun', async () => {
    const model = await tiny();
    const placed = await placedOn(model);
    const followed = await FollowedSession.open(model, placed);
    await followed.session.run({ steps: 2 });
    expect(followed.follow(movePoint(0, 'target', [1, 1]).apply(placed))).toBe(false);
    await followed.session.destroy();
    model.destroy();
  });

  it('is made again with all that it knew, as after a lost device', async () => {
    const model = await tiny();
    const placed = await placedOn(model);
    const first = await FollowedSession.open(model, placed);
    await first.session.run({ steps: 3 });
    const dragged = first.advanced(placed);
    await first.session.destroy();
    const second = await FollowedSession.open(model, dragged);
    const { ws, initial, points, edit } = dragged;
    expect(second.session.state).toEqual({ ws, initial, points, edit });
    expect(second.session.iteration).toBe(3);
    await second.session.run({ steps: 1 });
    expect(second.advanced(dragged).edit?.iterations, 'the same edit goes on').toBe(4);
    await second.session.destroy();
    model.destroy();
  });
});
