/**
 * The same picture and the same drag iteration in other people's libraries, on the same adapter, in turns with ours:
 *
 *   npm run -s bench:peers -- [--shape 128|256|512|tiny] [--peers tfjs,pytorch_cpu,jaxjs] [--repeats N] [--seconds N] [--json]
 *
 * TensorFlow.js and jax-js run on WebGPU in Node with gradients of their own, PyTorch on the processor where /usr/bin's
 * or the path's python3 has it. `tiny` is a 64² network to try them with. All get the same weights, latent and point;
 * results are compared before times count. The peers' iterations are whole maps, without the picture and without Adam's
 * step; ours is what a drag really runs.
 *
 * A peer that is not done when the time is over is killed, and its figures are null, with the reason. On a software
 * adapter jax-js may take minutes to compile its kernels when it first runs, and therefore comes last.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { officialShape } from '../src/bench/networks.ts';
import { benchOptions, officialSide, runBench } from './command.ts';
import { runPeersBench } from './peers/comparison.ts';
import { ms, textTable } from './table.ts';

/** At 256² one iteration and one picture of every peer take three minutes on two cores, however little ours take. */
const usualSeconds = 240;
const options = benchOptions(['shape', 'peers'], [], usualSeconds);
const shape = String(options.values.shape ?? '256');
const wanted = String(options.values.peers ?? 'tfjs,pytorch_cpu,jaxjs').split(',');
const tiny = {
  ...officialShape(128),
  resolution: 64,
  channelBase: 1024,
  channelMax: 32,
  wDim: 64,
  zDim: 64,
};
const network = shape === 'tiny' ? tiny : officialShape(officialSide(shape));
const script = (name: string): string => fileURLToPath(new URL(`peers/${name}`, import.meta.url));

const preloads = ['--import', 'tsx', '--import', script('browser_gpu.ts')];
const commands: Record<string, [string, string[]][]> = {
  tfjs: [[process.execPath, [...preloads, script('tfjs.ts')]]],
  jaxjs: [[process.execPath, [...preloads, script('jaxjs.ts')]]],
  pytorch_cpu: ['python3', '/usr/bin/python3'].map((python) => [
    python,
    [script('pytorch_cpu.py')],
  ]),
};

await runBench(
  options,
  async ({ engine, progress }) => {
    const folder = mkdtempSync(join(tmpdir(), 'draggan-peers-'));
    try {
      const write = (name: string, bytes: Uint8Array) => writeFileSync(join(folder, name), bytes);
      const peers = wanted.map((name) => ({ name, commands: commands[name] ?? [] }));
      return await runPeersBench(
        engine,
        { shape, network, folder, write, peers, ...options },
        progress,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  ({ driver, runtime, ours, peers, forward, iteration }) =>
    [
      `${driver} · ${runtime}, shape ${shape}, one point`,
      textTable(
        ['', 'picture', 'iteration', 'times ours', 'times ours', 'result', ''],
        [
          ['ours', ms(ours.forward_ms), ms(ours.iteration_ms), '1', '1', 'with', ''],
          ...Object.entries(peers).map(([name, peer]) => [
            name,
            ms(peer.forward_ms),
            ms(peer.iteration_ms),
            String(forward[name] ?? '-'),
            String(iteration[name] ?? '-'),
            peer.equal === null ? '-' : peer.equal ? 'equal' : 'NOT EQUAL',
            peer.reason ?? '',
          ]),
        ],
      ),
    ].join('\n'),
);
