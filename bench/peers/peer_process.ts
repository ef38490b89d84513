import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseSafetensors } from '../../src/formats/safetensors.ts';
import type { NamedTensor } from '../../src/formats/tensors/named_tensors.ts';
import type { GeneratorConfig } from '../../src/models/stylegan2/network/config.ts';
import { readGenerator } from '../../src/models/stylegan2/network/weights.ts';
import type { PeerResult, Task } from './peer.ts';

/** The network and the problem, as every peer gets them. */
export interface PeerInput {
  readonly config: GeneratorConfig;
  /** Side of the feature map. */
  readonly cells: number;
  /** Weights by their official names, and `bench.*`: the problem's matrices, `bench.ws`, `bench.reference`. */
  tensor(name: string): NamedTensor;
}

/** One way to compute a picture and a drag's iteration. Both end when the results are in the processor's memory. */
export interface PeerImplementation {
  /** @returns the picture (3, side, side) */
  forward(): Promise<Float32Array>;
  /** Features, tracking, loss, and its gradient with respect to the first six rows of w. */
  iteration(): Promise<{ loss: number; gradient: Float32Array; found: readonly number[] }>;
  /** Drops constants that the kernels of a warm-up have made: they are wrong. */
  forget?(): void;
}

/** Makes the process a peer that answers tasks. */
export async function servePeer(
  name: string,
  make: (input: PeerInput) => Promise<PeerImplementation>,
): Promise<void> {
  const folder = process.argv[2];
  const peer = await make(readInput(join(folder, 'problem.safetensors')));
  const answer = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
  answer({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      const { values, ...result } = await runTask(peer, line as Task);
      writeFileSync(join(folder, `${name}.${line}.f32`), values);
      answer(result);
    } catch (error) {
      answer({ error: error instanceof Error ? error.message : String(error) });
    }
  }
  process.exit(0);
}

async function runTask(peer: PeerImplementation, task: Task): Promise<PeerResult> {
  if (task === 'warmup') return compileOnly(peer);
  const began = performance.now();
  if (task === 'forward') {
    const values = await peer.forward();
    return { ms: performance.now() - began, values, loss: 0, found: [] };
  }
  const { loss, gradient, found } = await peer.iteration();
  return { ms: performance.now() - began, values: gradient, loss, found };
}

/**
 * Runs everything once with a single workgroup a dispatch: all kernels are compiled, as a driver does it at their first
 * use, and next to nothing is computed. The results are not used.
 */
async function compileOnly(peer: PeerImplementation): Promise<PeerResult> {
  const began = performance.now();
  const { prototype } = GPUComputePassEncoder;
  const { dispatchWorkgroups } = prototype;
  prototype.dispatchWorkgroups = function (this: GPUComputePassEncoder) {
    return dispatchWorkgroups.call(this, 1, 1, 1);
  };
  try {
    await peer.forward();
    await peer.iteration();
  } finally {
    prototype.dispatchWorkgroups = dispatchWorkgroups;
    peer.forget?.();
  }
  return { ms: performance.now() - began, values: new Float32Array(), loss: 0, found: [] };
}

function readInput(file: string): PeerInput {
  const parsed = parseSafetensors(new Uint8Array(readFileSync(file)), file);
  const { config } = readGenerator(parsed);
  return {
    config,
    cells: Number(parsed.metadata.cells),
    tensor(name) {
      const tensor = parsed.tensors.get(name);
      if (!tensor) throw new Error(`there is no tensor ${name}`);
      return tensor;
    },
  };
}
