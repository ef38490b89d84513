import { type DragOptions, paperOptions } from '../../src/drag/options.ts';
import { Generator } from '../../src/models/stylegan2/device/generator.ts';
import { readGenerator } from '../../src/models/stylegan2/network/weights.ts';
import { readFixture } from './fixture_files.ts';
import { openTestEngine } from './test_device.ts';

export type Pixel = readonly [number, number];

/** A drag of the reference: what it was given, and what it did in each iteration. */
export interface DragFixture {
  readonly network: 'tiny' | 'mid';
  readonly options: DragOptions;
  readonly wDim: number;
  readonly ws0: Float32Array;
  readonly handles: Pixel[];
  readonly targets: Pixel[];
  readonly mask: Uint8Array | null;
  /** The iteration that found the drag at its end. */
  readonly stoppedAt: number | undefined;
  readonly iterations: readonly FixtureIteration[];
}

export interface FixtureIteration {
  /** Before the step: all rows. */
  readonly ws: Float32Array;
  readonly points: Pixel[];
  readonly lossMotion: number;
  readonly lossMask: number;
  readonly gradient: Float32Array;
  readonly moved: number;
}

/** SPEC §6 says what the files hold. */
export function readDragFixture(name: string): DragFixture {
  const fixture = readFixture(name);
  const { values: data } = fixture;
  const { metadata } = fixture.file;
  const [count] = fixture.shape('loss_motion');
  const row = (tensor: string, i: number): Float32Array => {
    const all = data(tensor);
    return all.slice((i * all.length) / count, ((i + 1) * all.length) / count);
  };
  const number = (key: string): number => Number(metadata[key]);
  const stoppedAt = number('stopped_at');
  return {
    network: name.startsWith('drag_tiny') ? 'tiny' : 'mid',
    options: {
      ...paperOptions,
      learningRate: number('lr'),
      r1: number('r1'),
      r2: number('r2'),
      lambda: number('lambda_mask'),
      regularization: number('reg'),
      featureBlock: number('feature_block'),
      space: metadata.w_plus === 'True' ? 'w+' : 'w',
    },
    wDim: fixture.shape('ws0')[2],
    ws0: data('ws0'),
    handles: pixels(data('handles')),
    targets: pixels(data('targets')),
    mask: fixture.has('mask') ? Uint8Array.from(data('mask')) : null,
    stoppedAt: stoppedAt < 0 ? undefined : stoppedAt,
    iterations: Array.from({ length: count }, (_, i) => ({
      ws: row('ws', i),
      points: pixels(row('points', i)),
      lossMotion: row('loss_motion', i)[0],
      lossMask: row('loss_mask', i)[0],
      gradient: row('grad', i),
      moved: row('moved', i)[0],
    })),
  };
}

const pixels = (flat: Float32Array): Pixel[] =>
  Array.from({ length: flat.length / 2 }, (_, j) => [flat[2 * j], flat[2 * j + 1]]);

const generators = new Map<string, Promise<Generator>>();

/** A network of the fixtures, loaded once a test file. */
export function testGenerator(network: 'tiny' | 'mid'): Promise<Generator> {
  let generator = generators.get(network);
  if (!generator) {
    generator = openTestEngine().then((engine) =>
      Generator.load(engine, readGenerator(readFixture(network).file)),
    );
    generators.set(network, generator);
  }
  return generator;
}
