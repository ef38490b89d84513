import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gradientOf } from '../../../src/engine/graph/reversal.ts';
import { readShader } from '../../../src/engine/kernels/shaders.ts';
import { operationTable } from '../../../src/engine/operations/operations.ts';
import { nodeShaders } from '../../../src/node/gpu/node_shaders.ts';
import { operationsMarkdown } from '../../../tools/operations_markdown.ts';

/** What every WebGPU adapter binds (maxStorageBuffersPerShaderStage). */
const mostBindings = 8;

const rows = Object.entries(operationTable).map(([name, operation]) => ({ name, operation }));

describe.each(rows)('$name', ({ operation }) => {
  const { shader: file, tensors, outputs, forward, backward } = operation;
  const entries = Object.entries({ ...forward, ...backward });
  const variables = new Set(Object.keys(tensors).flatMap((name) => [name, gradientOf(name)]));

  it('has the entry points of its shader, which bind its tensors alone', async () => {
    const shader = await readShader(file, nodeShaders);
    expect(entries.map(([entry]) => entry).sort()).toEqual([...shader.entryPoints.keys()].sort());
    for (const [entry, { writes, over }] of entries) {
      const bindings = shader.entryPoints.get(entry) ?? [];
      expect(bindings.length, entry).toBeLessThanOrEqual(mostBindings);
      const names = bindings.map(({ name }) => name).filter((name) => name !== 'cell_list');
      for (const name of names) expect(variables, entry).toContain(name);
      expect(names.length < bindings.length, `${entry} has a list`).toBe(over !== undefined);
      const writable = bindings.filter((binding) => binding.writable).map(({ name }) => name);
      for (const name of writes) expect(writable, entry).toContain(name);
    }
  });

  it('makes each output and each gradient once, and nothing that it does not read', async () => {
    const shader = await readShader(file, nodeShaders);
    const made = Object.values(forward).flatMap(({ writes }) => writes);
    for (const output of outputs) expect(made).toContain(output);
    for (const name of made.filter((one) => !outputs.includes(one))) {
      expect(made.filter((one) => one === name)).toHaveLength(1);
      const after = Object.keys(forward).slice(
        1 + Object.values(forward).findIndex(({ writes }) => writes.includes(name)),
      );
      const read = after.flatMap((entry) => shader.entryPoints.get(entry) ?? []);
      expect(read.map((binding) => binding.name)).toContain(name);
    }
    const gradients = Object.values(backward).flatMap(({ writes }) => writes);
    expect(new Set(gradients).size).toBe(gradients.length);
  });
});

describe('shaders/README.md', () => {
  it('has the table as it is (npx tsx tools/operations_table.ts --write)', async () => {
    const text = readFileSync(new URL('../../../shaders/README.md', import.meta.url), 'utf8');
    expect(text).toContain(await operationsMarkdown(nodeShaders));
  });
});
