import { benchLatent, DragRun } from '../../src/bench/drag_run.ts';
import { ForwardRun } from '../../src/bench/forward_run.ts';
import type { Progress } from '../../src/bench/iteration.ts';
import { randomWeights } from '../../src/bench/networks.ts';
import { benchPoints } from '../../src/bench/points.ts';
import { median, relativeDifference, round } from '../../src/bench/statistics.ts';
import { objectiveShape } from '../../src/drag/objective.ts';
import { defaultOptions } from '../../src/drag/options.ts';
import type { Engine } from '../../src/engine/device.ts';
import { Generator } from '../../src/engine/generator.ts';
import { writeSafetensors } from '../../src/formats/safetensors.ts';
import { type RandomGeneratorShape, randomGenerator } from '../../src/stylegan2/random.ts';
import { Peer } from './peer.ts';
import { dragProblem } from './problem.ts';

export interface PeersRequest {
  readonly shape: string;
  readonly network: RandomGeneratorShape;
  /** Where the peers find the problem and leave their results. */
  readonly folder: string;
  readonly write: (name: string, bytes: Uint8Array) => void;
  /** Commands to try for each peer, until one starts. */
  readonly peers: readonly {
    readonly name: string;
    readonly commands: readonly (readonly [string, readonly string[]])[];
  }[];
  readonly repeats?: number;
}

interface PeerTimes {
  readonly runs: number;
  readonly forward_ms: number;
  readonly iteration_ms: number;
  /** Largest relative differences from ours. */
  readonly image: number;
  readonly loss: number;
  readonly gradient: number;
}

export interface PeersReport {
  readonly shape: string;
  /** Every peer that ran gives our picture, loss, gradient and tracked point. */
  readonly equal: boolean;
  /** How many times longer a peer takes than we do: medians of the rounds' ratios; null where it could not run. */
  readonly forward: Readonly<Record<string, number | null>>;
  readonly iteration: Readonly<Record<string, number | null>>;
  readonly ours: { readonly forward_ms: number; readonly iteration_ms: number };
  readonly peers: Readonly<Record<string, PeerTimes | { readonly reason: string }>>;
}

/** Exact formulations differ by rounding; the gradient by slopes that it flips as well. SPEC §7. */
const tolerances = { image: 2e-5, loss: 1e-4, gradient: 5e-4 } as const;
const oursInRound = 3;

/** Ours and the peers in turns. @throws Error where ours cannot run */
export async function runPeersBench(
  engine: Engine,
  request: PeersRequest,
  onProgress: Progress,
): Promise<PeersReport> {
  const { network } = request;
  onProgress('weights');
  const generator = await Generator.load(engine, randomWeights(network));
  const { config } = generator;
  const ws = benchLatent(config.numWs, config.wDim);
  const [point] = benchPoints(1, config.resolution);
  const shape = objectiveShape(config, defaultOptions(config), { points: 1, masked: false });
  const drag = await DragRun.begin(generator, ws, [point], { coverage: 'cone', masked: false });
  const picture = await ForwardRun.begin(generator);
  onProgress('ours, to compare with');
  const { lossMotion, gradient, points } = await drag.trace();
  await picture.time();
  const image = await picture.store.read('image');

  const { tensors, metadata } = randomGenerator(network);
  const bench = {
    ...dragProblem(point, shape),
    ws: { shape: [config.numWs, config.wDim], data: ws },
    reference: { shape: [shape.channels], data: await drag.loop.store.read('references') },
  };
  for (const [name, { shape: sizes, data }] of Object.entries(bench))
    tensors.set(`bench.${name}`, { shape: [...sizes], data });
  const sizes = { cells: String(shape.cells), resolution: String(config.resolution) };
  request.write('problem.safetensors', writeSafetensors(tensors, { ...metadata, ...sizes }));

  const results: Record<string, PeerTimes | { reason: string }> = {};
  const ratios: Record<'forward' | 'iteration', Record<string, number | null>> = {
    forward: {},
    iteration: {},
  };
  const own = { forward: [] as number[], iteration: [] as number[] };
  const timeOurs = async (what: 'forward' | 'iteration') => {
    const times: number[] = [];
    const runs = what === 'forward' ? 1 : oursInRound;
    for (let i = 0; i < runs; i++)
      times.push(await (what === 'forward' ? picture.time() : drag.time()));
    own[what].push(...times);
    return median(times);
  };
  let equal = true;
  for (const { name, commands } of request.peers) {
    try {
      onProgress(`${name}: starting`);
      const peer = await startPeer(name, request.folder, commands);
      try {
        onProgress(`${name}: compiling`);
        const { ms } = await peer.run('warmup');
        onProgress(`${name}: compiled in ${round(ms / 1000)} s`);
        const times = { forward: [] as number[], iteration: [] as number[] };
        const rounds = { forward: [] as number[], iteration: [] as number[] };
        const differences = { image: 0, loss: 0, gradient: 0 };
        for (let i = 0; i < (request.repeats ?? 1); i++)
          for (const task of ['iteration', 'forward'] as const) {
            const before = await timeOurs(task);
            const result = await peer.run(task);
            const after = task === 'iteration' ? await timeOurs(task) : before;
            onProgress(`${name}: ${task} in ${round(result.ms)} ms`);
            times[task].push(result.ms);
            rounds[task].push(result.ms / ((before + after) / 2));
            if (task === 'forward') {
              differences.image = relativeDifference(result.values, image);
            } else {
              differences.loss = relativeDifference([result.loss], [lossMotion]);
              differences.gradient = relativeDifference(result.values, gradient ?? [Number.NaN]);
              const found = result.found.map(
                (at, axis) => point.handle[axis] + at - shape.trackingRadius,
              );
              if (found.join() !== points[0].join()) equal = false;
            }
          }
        if (!withinTolerances(differences)) equal = false;
        ratios.forward[name] = round(median(rounds.forward));
        ratios.iteration[name] = round(median(rounds.iteration));
        results[name] = {
          runs: times.forward.length,
          forward_ms: round(median(times.forward)),
          iteration_ms: round(median(times.iteration)),
          ...differences,
        };
      } finally {
        peer.stop();
      }
    } catch (error) {
      ratios.forward[name] = null;
      ratios.iteration[name] = null;
      results[name] = { reason: error instanceof Error ? error.message : String(error) };
      onProgress(`${name}: ${results[name].reason}`);
    }
  }
  const ran = Object.values(results).some((result) => !('reason' in result));
  const report = {
    shape: request.shape,
    equal: equal && ran,
    ...ratios,
    ours: {
      forward_ms: round(median(own.forward.length > 0 ? own.forward : [Number.NaN])),
      iteration_ms: round(median(own.iteration.length > 0 ? own.iteration : [Number.NaN])),
    },
    peers: results,
  };
  picture.destroy();
  drag.destroy();
  generator.destroy();
  return report;
}

const withinTolerances = (differences: Record<keyof typeof tolerances, number>): boolean =>
  (['image', 'loss', 'gradient'] as const).every((what) => differences[what] <= tolerances[what]);

/** @throws Error with the last command's reason where none starts */
async function startPeer(
  name: string,
  folder: string,
  commands: PeersRequest['peers'][number]['commands'],
): Promise<Peer> {
  let reason = new Error(`there is no peer ${name}`);
  for (const [command, args] of commands)
    try {
      return await Peer.start(name, folder, command, args);
    } catch (error) {
      reason = error instanceof Error ? error : new Error(String(error));
    }
  throw reason;
}
