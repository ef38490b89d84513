import { afterAll, describe, expect, it } from 'vitest';
import { officialShape, randomWeights } from '../../src/bench/networks.ts';
import { CountedNetwork } from '../../src/bench/plan/counted_network.ts';
import { nodeShaders } from '../../src/node/gpu/node_shaders.ts';

// What a GPU gets for an iteration at 512², weights in f16: on it dispatches and the waiting between them take the time.

describe('an iteration at 512² on a GPU', async () => {
  const network = await CountedNetwork.load(randomWeights(officialShape(512)), {
    ...{ adapter: 'gpu', precision: 'f16', shaders: nodeShaders },
  });
  const own = await network.iteration({ points: 1, space: 'w+' });

  afterAll(() => network.destroy());

  it('is at most 50 dispatches and 46 barriers in W+, without clears, and one copy', () => {
    expect(own.dispatches).toBeLessThanOrEqual(50);
    expect(own.barriers).toBeLessThanOrEqual(46);
    expect(own.levels).toBeLessThanOrEqual(46);
    expect(own.clears).toBe(0);
    expect(own.copies).toBe(1);
  });

  it('puts no sums of parts into memory', () => {
    expect(own.partial_bytes).toBe(0);
    expect(own.bytes).toBeLessThan(180e6);
  });

  it.each(['z', 'principal'] as const)('is at most 10 dispatches more in %s', async (space) => {
    const { dispatches, clears, copies } = await network.iteration({ points: 1, space });
    expect(dispatches).toBeLessThanOrEqual(own.dispatches + 10);
    expect([clears, copies]).toEqual([0, 1]);
  });

  it('multiplies as much with more points as their cells take, without clears', async () => {
    const { macs, clears, copies } = await network.iteration({ points: 4 });
    expect(macs).toBeGreaterThan(2.5 * own.macs);
    expect(macs).toBeLessThan(4.5 * own.macs);
    expect([clears, copies]).toEqual([0, 1]);
  });
});
