import { InputError } from '../../formats/errors.ts';
import { onInterruption } from '../interruption.ts';
import type { CommandLine } from '../options/arguments.ts';
import type { Command } from '../options/command.ts';
import { servePage } from '../page_server.ts';

/** The port that is asked for by default; the next free one is taken where somebody else has it. */
const usualPort = 4173;
const usualHost = '127.0.0.1';

export const serve: Command = {
  summary: 'serves the page on this machine, until Ctrl-C',
  usage: '[--port N] [--host NAME]',
  needsModel: false,
  options: {
    port: { value: 'N', help: `where it is served, 0: any that is free (${usualPort}, else any)` },
    host: {
      value: 'NAME',
      help: `the address that it listens at (${usualHost}); 0.0.0.0: all of this machine's`,
    },
  },
  async run(line, progress) {
    if (line.model !== '')
      throw new InputError(`what is "${line.model}"? serve takes no MODEL; the page opens one`);
    const { address, close } = await open(line);
    // The address is the result, and is wanted while the command runs.
    process.stdout.write(`${address}\n`);
    if (!/^http:\/\/(localhost|127\.|\[::1\])/.test(address) || line.text('host') === '0.0.0.0')
      progress.note('other machines need https to reach it: browsers have WebGPU there alone');
    progress.note('Ctrl-C ends it');
    await new Promise<void>((resolve) => onInterruption(resolve));
    await close();
    return '';
  },
};

async function open(line: CommandLine) {
  const port = line.number('port', { least: 0, most: 65535, whole: true });
  const host = line.text('host') === undefined ? usualHost : line.required('host');
  try {
    return await servePage({ host, port: port ?? usualPort });
  } catch (error) {
    const isTaken = error instanceof InputError && error.option === 'port';
    if (!isTaken || port !== undefined) throw error;
    return await servePage({ host, port: 0 });
  }
}
