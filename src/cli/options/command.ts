import type { Progress } from '../progress.ts';
import type { CommandLine, Option } from './arguments.ts';

/** One command of `draggan`. */
export interface Command {
  /** What it does, in a line. */
  summary: string;
  /** Its arguments, as in the help. */
  usage: string;
  /** What it writes, where that is its second argument. */
  output?: string;
  options: Readonly<Record<string, Option>>;
  /** Whether it can do without a MODEL. */
  needsModel?: false;
  /**
   * Runs it. Everything that can be wrong with the input is found before a device is opened.
   * @returns what goes to standard output
   */
  run(line: CommandLine, progress: Progress): Promise<string>;
}
