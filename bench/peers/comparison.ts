import { Budget } from '../../src/bench/budget.ts';
import type { Progress } from '../../src/bench/iteration.ts';
import { randomWeights } from '../../src/bench/networks.ts';
import { benchPoints } from '../../src/bench/points_and_mask.ts';
import { median, round } from '../../src/bench/statistics.ts';
import type { PointPair } from '../../src/drag/points.ts';
import type { Engine } from '../../src/engine/device.ts';
import { writeSafetensors } from '../../src/formats/safetensors.ts';
import { Generator } from '../../src/models/stylegan2/device/generator.ts';
import {
  type RandomGeneratorShape,
  randomGenerator,
} from '../../src/models/stylegan2/network/random.ts';
import { Contest, type Differences } from './contest.ts';
import { type Compared, compared, Ours } from './ours.ts';
import { Peer, type PeerCommand } from './peer.ts';
import { dragProblem } from './problem.ts';

export interface PeersRequest {
  readonly shape: string;
  readonly network: RandomGeneratorShape;
  /** Where the peers find the problem and leave their results. */
  readonly folder: string;
  readonly write: (name: string, bytes: Uint8Array) => void;
  /** Commands to try for each peer, until one starts. */
  readonly peers: readonly { readonly name: string; readonly commands: readonly PeerCommand[] }[];
  readonly repeats?: number;
  /** A peer that has not done by its end is killed. */
  readonly budget?: Budget;
}

interface PeerReport {
  /** Runs of each that were timed and compared with ours. */
  readonly runs: Readonly<Record<Compared, number>>;
  readonly forward_ms: number | null;
  readonly iteration_ms: number | null;
  /** True if all that it computed equals ours; null if it computed nothing. */
  readonly equal: boolean | null;
  /** Largest relative differences from ours; null for a result that it did not compute. */
  readonly differences: Differences;
  /** Why something is missing. */
  readonly reason: string | null;
}

export interface PeersReport {
  readonly shape: string;
  /** True if a peer gave any result and all results equal ours: `peers` says which were compared. */
  readonly equal: boolean;
  /** How many times longer a peer takes than we do: medians of the rounds' ratios; null where it has none. */
  readonly forward: Readonly<Record<string, number | null>>;
  readonly iteration: Readonly<Record<string, number | null>>;
  readonly ours: { readonly forward_ms: number | null; readonly iteration_ms: number | null };
  readonly peers: Readonly<Record<string, PeerReport>>;
}

/** Ours and the peers in turns. @throws Error where ours cannot run */
export async function runPeersBench(
  engine: Engine,
  request: PeersRequest,
  onProgress: Progress,
): Promise<PeersReport> {
  const { network, repeats = 1, budget = new Budget() } = request;
  onProgress('weights');
  const generator = await Generator.load(engine, randomWeights(network));
  const [point] = benchPoints(1, generator.config);
  onProgress('ours, to compare with');
  const ours = await Ours.begin(generator, point);
  writeProblem(request, ours, point);

  const contests: Contest[] = [];
  for (const { name, commands } of request.peers) {
    const contest = new Contest(name, ours, point, budget, onProgress);
    contests.push(contest);
    try {
      if (budget.left <= 0) throw new Error('there was no time left for it');
      onProgress(`${name}: starting`);
      const peer = await startPeer(name, request.folder, commands, budget);
      try {
        await contest.run(peer, repeats);
      } finally {
        peer.stop();
      }
    } catch (error) {
      contest.reason = error instanceof Error ? error.message : String(error);
      onProgress(`${name}: ${contest.reason}`);
    }
  }
  const judged = contests.map(({ equal }) => equal).filter((equal) => equal !== null);
  const ratios = (what: Compared) =>
    Object.fromEntries(contests.map(({ name, ratios }) => [name, middle(ratios[what])]));
  const report = {
    shape: request.shape,
    equal: judged.length > 0 && judged.every(Boolean),
    forward: ratios('forward'),
    iteration: ratios('iteration'),
    ours: {
      forward_ms: middle(ours.times.forward),
      iteration_ms: middle(ours.times.iteration),
    },
    peers: Object.fromEntries(contests.map((contest) => [contest.name, peerReport(contest)])),
  };
  ours.destroy();
  generator.destroy();
  return report;
}

/** The network's weights and the problem's matrices, for the peers. */
function writeProblem({ network, write }: PeersRequest, ours: Ours, point: PointPair): void {
  const { tensors, metadata } = randomGenerator(network);
  const { wDim } = network;
  const bench = {
    ...dragProblem(point, ours.shape),
    ws: { shape: [ours.ws.length / wDim, wDim], data: ours.ws },
    reference: { shape: [ours.shape.channels], data: ours.reference },
  };
  for (const [name, { shape, data }] of Object.entries(bench))
    tensors.set(`bench.${name}`, { shape: [...shape], data });
  const sizes = { cells: String(ours.shape.height), resolution: String(network.resolution) };
  write('problem.safetensors', writeSafetensors(tensors, { ...metadata, ...sizes }));
}

const middle = (values: readonly number[]): number | null =>
  values.length > 0 ? round(median(values)) : null;

const peerReport = ({ times, equal, differences, reason }: Contest): PeerReport => ({
  runs: Object.fromEntries(compared.map((what) => [what, times[what].length])) as Record<
    Compared,
    number
  >,
  forward_ms: middle(times.forward),
  iteration_ms: middle(times.iteration),
  equal,
  differences,
  reason,
});

/** @throws Error with the last command's reason where none starts */
async function startPeer(
  name: string,
  folder: string,
  commands: readonly PeerCommand[],
  budget: Budget,
): Promise<Peer> {
  let reason = new Error(`there is no peer ${name}`);
  for (const command of commands)
    try {
      return await Peer.start(name, folder, command, budget.left);
    } catch (error) {
      reason = error instanceof Error ? error : new Error(String(error));
    }
  throw reason;
}
