import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { modelPath } from '../../src/cli/files/model_path.ts';
import { runCommand } from '../../src/cli/main.ts';
import { Progress } from '../../src/cli/progress.ts';

const file = fileURLToPath(new URL('../../weights/demo.safetensors', import.meta.url));
const run = (...args: string[]) => runCommand(args, new Progress());

describe('MODEL demo', () => {
  it('is the model that comes with the package', async () => {
    expect(await run('info', 'demo')).toBe(await run('info', file));
  });

  it('is no file that is written', async () => {
    const before = readFileSync(file);
    await expect(run('convert', 'demo', file)).rejects.toThrow(/is the model itself/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('leaves files of that name to their paths', () => {
    expect(modelPath('./demo')).toBe('./demo');
    expect(modelPath('demo.safetensors')).toBe('demo.safetensors');
  });
});
