import { describe, expect, it } from 'vitest';
import { fineTuneToPicture } from '../../src/cli/commands/fine_tuning.ts';
import { Progress } from '../../src/cli/progress.ts';
import { applyWeightDelta, createModel } from '../../src/library/api.ts';
import { readGenerator } from '../../src/models/stylegan2/network/weights.ts';
import { readFixture } from '../support/fixture_files.ts';
import { openTestEngine } from '../support/test_device.ts';

const weights = readGenerator(readFixture('tiny').file);

/** Tells what would be shown. */
class Told extends Progress {
  constructor(private readonly listener: (text: string) => void) {
    super();
  }
  override update(text: string): void {
    this.listener(text);
  }
}

async function tune(learningRate: number, listener: (text: string, stop: () => void) => void) {
  const model = await createModel(await openTestEngine(), weights);
  const pivot = await model.latent({ seed: 1 });
  const target = await model.generate(await model.latent({ seed: 2 }));
  const stopping = new AbortController();
  const progress = new Told((text) => listener(text, () => stopping.abort()));
  const request = { steps: 30, options: { learningRate, locality: 0 } };
  const { signal } = stopping;
  const found = { ws: pivot, noise: new Map() };
  const tuned = await fineTuneToPicture(model, target, found, request, { progress, signal });
  return { pivot, tuned };
}

describe('tuning on the command line', () => {
  it('ends when it is told to, with what there is', async () => {
    const texts: string[] = [];
    const { pivot, tuned } = await tune(0.005, (text, stop) => {
      texts.push(text);
      if (text.startsWith('tuning: 13 of 30')) stop();
    });
    expect(tuned.steps).toBe(13);
    const [before, after] = [texts[1], texts[12]].map((text) =>
      Number(/([\d.]+) dB/.exec(text)?.[1]),
    );
    expect(after, 'looked at after ten steps').toBeGreaterThan(before);
    const whole = await applyWeightDelta(weights, tuned.delta);
    expect(whole.pivot).toEqual(pivot);
    const changed = whole.tensors.get('synthesis.b8.conv0.weight')?.data();
    expect(changed).not.toEqual(weights.tensors.get('synthesis.b8.conv0.weight')?.data());
  });

  it('keeps no weights that are no numbers', async () => {
    await expect(tune(1e30, () => {})).rejects.toThrow(/lower learning rate/);
  });
});
