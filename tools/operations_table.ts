// npx tsx tools/operations_table.ts: the operation table in Markdown, as it stands in shaders/README.md.
// With --write it is put there, between the two marks.
import { readFileSync, writeFileSync } from 'node:fs';
import { nodeShaders } from '../src/node/gpu/node_shaders.ts';
import { operationsMarkdown } from './operations_markdown.ts';

const table = await operationsMarkdown(nodeShaders);
if (process.argv.includes('--write')) {
  const file = new URL('../shaders/README.md', import.meta.url);
  const text = readFileSync(file, 'utf8');
  const [before, after] = [text.split('<!-- table -->')[0], text.split('<!-- end of table -->')[1]];
  if (after === undefined)
    throw new RangeError('shaders/README.md has lost the marks of its table');
  writeFileSync(file, `${before}<!-- table -->\n${table}\n<!-- end of table -->${after}`);
} else {
  console.log(table);
}
