import { readShader, type Shader, type ShaderSource } from '../src/engine/kernels/shaders.ts';
import type { Operation, TensorSpec } from '../src/engine/operations/operation.ts';
import { operationTable } from '../src/engine/operations/operations.ts';

/** The operation table as a table in Markdown: what each does, its tensors, its entry points and their bindings. */
export async function operationsMarkdown(source: ShaderSource): Promise<string> {
  const lines = ['| operation | what it does | tensors | entry points |', '|---|---|---|---|'];
  for (const [name, operation] of Object.entries(operationTable)) {
    const shader = await readShader(operation.shader, source);
    const cells = [
      `[${name}](${operation.shader}.wgsl)`,
      firstSentence(shader.code),
      tensors(operation).join('<br>'),
      entryPoints(operation, shader).join('<br>'),
    ];
    lines.push(`| ${cells.join(' | ')} |`);
  }
  return lines.join('\n');
}

/** The first sentence of the comment that opens a shader. */
function firstSentence(code: string): string {
  const [paragraph] = code.split(/^\/\/\s*$/m);
  const text = paragraph
    .replaceAll(/^\/\/ /gm, '')
    .replaceAll('\n', ' ')
    .trim();
  return text.split(/(?<=\.) /)[0];
}

/** Inputs, then outputs after an arrow, then what the backward entry points hand each other. */
function tensors({ tensors, outputs, backward }: Operation): string[] {
  const made = Object.values(backward).flatMap(({ writes }) => writes);
  const sign = (name: string): string => {
    if (outputs.includes(name)) return '→ ';
    return made.includes(name) ? '← ' : '';
  };
  const show = ([name, { layout, axes }]: [string, TensorSpec]): string =>
    `${sign(name)}\`${name}\` (${axes.join(', ').replaceAll('*', '·')}) ${layout}`;
  return Object.entries(tensors).map(show);
}

function entryPoints({ forward, backward }: Operation, shader: Shader): string[] {
  return Object.entries({ ...forward, ...backward }).map(([entry, { writes, over }]) => {
    const count = shader.entryPoints.get(entry)?.length ?? 0;
    const cells = over === undefined ? '' : ` over cells of \`${over}\``;
    return `\`${entry}\` makes ${writes.map((name) => `\`${name}\``).join(', ')}${cells} (${count})`;
  });
}
