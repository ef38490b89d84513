import type { Progress } from '../progress.ts';
import type { CommandLine, Option } from './arguments.ts';

/** One command of `draggan`. */
export interface Command {
  /** One line of help: what the command does. */
  summary: string;
  /** Its arguments, as in the help. */
  usage: string;
  /** Name of its second argument, the file that it writes; undefined if it has none. */
  output?: string;
  options: Readonly<Record<string, Option>>;
  /** False if the command can do without a MODEL. */
  needsModel?: false;
  /**
   * Runs it. Everything that can be wrong with the input is found before a device is opened.
   * @returns what goes to standard output
   */
  run(line: CommandLine, progress: Progress): Promise<string>;
}
