import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'draggan-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const program = `'${process.execPath}' --import tsx '${file('../../support/dawn_speaks.ts')}'`;
const shell = (command: string) =>
  execFileSync('sh', ['-c', command], {
    encoding: 'utf8',
    cwd: file('../../..'),
    env: { ...process.env, TMPDIR: folder },
  });

describe.runIf(process.platform === 'linux')('what Dawn says', () => {
  it('is let through to a pipe where it means something', () => {
    expect(shell(`${program} 2>&1 >/dev/null | cat`)).toBe('ERROR: no driver\n7 came back\n');
    expect(readdirSync(folder).filter((name) => name.startsWith('draggan-'))).toEqual([]);
  });

  it('is let through whole to a file, in its order', () => {
    const log = join(folder, 'log');
    shell(`{ echo first; ${program}; echo last; } > '${log}' 2>&1`);
    const lines = readFileSync(log, 'utf8')
      .split('\n')
      .map((line) => line.slice(0, 16));
    expect(lines).toEqual([
      'first',
      'Warning: maxDyna',
      'Warning: maxDyna',
      'ERROR: no driver',
      '7 came back',
      'last',
      '',
    ]);
  });

  it('is let through where there is no room to keep it, and where there is no standard error', () => {
    const without = `${program} /dev/null/none 2>&1 >/dev/null | cat`;
    expect(shell(without).split('\n')).toHaveLength(5);
    expect(shell(`${program} 2>&-; echo $?`)).toBe('0\n');
  });
});
