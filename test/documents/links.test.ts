import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const folders = ['.github', 'bench', 'shaders', 'src', 'test', 'tools', 'weights'];
/** The repository's files with these endings, by their paths. */
const filesEnding = (...endings: string[]): string[] =>
  ['', ...folders]
    .flatMap((folder) =>
      readdirSync(join(repository, folder), { recursive: folder !== '', encoding: 'utf8' }).map(
        (name) => join(folder, name),
      ),
    )
    .filter((name) => endings.some((ending) => name.endsWith(ending)))
    .filter((name) => !name.startsWith(join('test', 'output')));
const read = (name: string): string => readFileSync(join(repository, name), 'utf8');

describe.each(filesEnding('.md'))('%s', (document) => {
  it('links to what is there', () => {
    const links = [...read(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);
    const broken = links
      .filter((link) => !/^(https?:|mailto:|#)/.test(link))
      .filter((link) => !existsSync(join(repository, dirname(document), link.split('#')[0])));
    expect(broken).toEqual([]);
  });
});

describe('shaders/SPEC.md', () => {
  it('has every section that the code cites', () => {
    const spec = read('shaders/SPEC.md');
    const sections = new Set([...spec.matchAll(/^## (\d+)\. /gm)].map(([, number]) => number));
    expect(sections.size).toBe(8);
    const cited = filesEnding('.ts', '.tsx', '.wgsl', '.py', '.md').flatMap((name) =>
      [...read(name).matchAll(/SPEC(?:\.md)? ?((?:(?:, )?§\d+(?:\.\d+)?)+)/g)].flatMap(([, list]) =>
        [...list.matchAll(/§(\d+)/g)].map(([, number]) => number),
      ),
    );
    expect(cited.length).toBeGreaterThan(50);
    expect(cited.filter((number) => !sections.has(number))).toEqual([]);
  });
});
