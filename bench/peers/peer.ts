import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

/** A task for a peer; `warmup` compiles what the others need and computes as little as it can. */
export type Task = 'warmup' | 'forward' | 'iteration';

export interface PeerResult {
  readonly ms: number;
  /** `forward`: the picture (3, side, side). `iteration`: the gradient of the six rows of w. */
  readonly values: Float32Array;
  readonly loss: number;
  /** Where tracking found the handle, in the window. */
  readonly found: readonly number[];
}

/** A program and its arguments. */
export type PeerCommand = readonly [string, readonly string[]];

/**
 * Another implementation in a process of its own: it gets a task a line on its standard input, answers with a JSON line
 * `{ms, loss?, found?}` or `{error}`, and leaves the values in `<folder>/<name>.<task>.f32`.
 */
export class Peer {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  /** The last that it wrote to standard error. */
  #lastWords = '';

  private constructor(
    readonly name: string,
    private readonly folder: string,
    command: string,
    args: readonly string[],
  ) {
    this.#child = spawn(command, [...args, folder], { stdio: ['pipe', 'pipe', 'pipe'] });
    const { stdout, stderr } = this.#child;
    if (!stdout || !stderr) throw new Error(`${name} has no output to read`);
    stderr.on('data', (text: Buffer) => {
      this.#lastWords = `${this.#lastWords}${text}`.slice(-2000);
    });
    this.#child.on('error', (error) => {
      this.#lastWords += error.message;
    });
    this.#reader = createInterface({ input: stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /**
   * @param milliseconds how long it may take; it is killed then, as it is in `run`
   * @throws Error with the peer's last words where it does not start
   */
  static async start(
    name: string,
    folder: string,
    [command, args]: PeerCommand,
    milliseconds: number,
  ): Promise<Peer> {
    const peer = new Peer(name, folder, command, args);
    await peer.#answer('its start', milliseconds);
    return peer;
  }

  /** @throws Error where the peer fails, or does not answer in time */
  async run(task: Task, milliseconds: number): Promise<PeerResult> {
    this.#child.stdin?.write(`${task}\n`);
    const answer = await this.#answer(doing[task], milliseconds);
    const bytes =
      task === 'warmup'
        ? new Uint8Array()
        : new Uint8Array(readFileSync(join(this.folder, `${this.name}.${task}.f32`)));
    return {
      ms: Number(answer.ms),
      loss: Number(answer.loss),
      found: Array.isArray(answer.found) ? answer.found.map(Number) : [],
      values: new Float32Array(bytes.buffer, 0, bytes.length / 4),
    };
  }

  stop(): void {
    this.#reader.close();
    this.#child.kill();
  }

  async #answer(what: string, milliseconds: number): Promise<Record<string, unknown>> {
    let late = false;
    const kill = () => {
      late = true;
      this.#child.kill('SIGKILL');
    };
    const timer =
      milliseconds === Number.POSITIVE_INFINITY ? undefined : setTimeout(kill, milliseconds);
    try {
      for (;;) {
        const { value, done } = await this.#lines.next();
        if (late) throw new Error(`${what} was not done within ${seconds(milliseconds)} s`);
        if (done) throw new Error(lastLine(this.#lastWords) || `${this.name} ended`);
        // Drivers write lines of their own.
        if (!value.startsWith('{')) continue;
        const answer: Record<string, unknown> = JSON.parse(value);
        if (answer.error !== undefined) throw new Error(String(answer.error));
        return answer;
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

const doing: Readonly<Record<Task, string>> = {
  warmup: 'the compilation of its kernels',
  forward: 'a picture',
  iteration: 'an iteration',
};

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(1);

/** The error, without its stack. */
function lastLine(text: string): string {
  const lines = text.trim().split('\n');
  return lines.find((line) => /Error/.test(line)) ?? lines[lines.length - 1];
}
