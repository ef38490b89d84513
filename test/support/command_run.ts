import { vi } from 'vitest';
import { runCommand } from '../../src/cli/main.ts';
import { Progress } from '../../src/cli/progress.ts';

/** What a command leaves on standard output, and each line that it leaves on the other one. */
export interface CommandOutput {
  readonly stdout: string;
  readonly lines: readonly string[];
}

/**
 * Runs a command of `draggan` to its good end, in this process: one of its own takes seconds to load the program and the
 * driver. The command's device is its own, and gone afterwards.
 */
export async function draggan(...args: string[]): Promise<CommandOutput> {
  let told = '';
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told += String(text);
    return true;
  });
  try {
    const stdout = await runCommand(args, new Progress());
    return { stdout, lines: told.split('\n').filter((line) => line !== '') };
  } finally {
    stderr.mockRestore();
  }
}
