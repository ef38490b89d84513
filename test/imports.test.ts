import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

// src/README.md draws the rooms of src; data flows through them one way. What a room may import is said here, and
// whatever is not said it may not.

const repository = fileURLToPath(new URL('..', import.meta.url));

/** What any generator is to be dragged by, whatever its kind. */
const generatorInterface = [
  'models/draggable.ts',
  'models/kept_cells.ts',
  'models/latent_calls.ts',
];

/** A folder or file of src, and which others its files may import beside their own. The first that fits counts. */
type Room = readonly [room: string, mayImport: readonly string[]];
const rooms: readonly Room[] = [
  ['formats', []],
  ['options', ['formats']],
  ['engine', ['formats']],
  ...generatorInterface.map(
    (file): Room => [file, [...generatorInterface, 'engine', 'formats', 'options']],
  ),
  ['models', ['engine', 'formats', 'options']],
  ['drag', ['engine', 'formats', 'options', ...generatorInterface]],
  ['inversion', ['engine', 'formats', 'options', 'models']],
  ['library', ['drag', 'engine', 'formats', 'inversion', 'models', 'options']],
  // Pictures and shaders of the engine, as types.
  ['node', ['formats', 'engine/memory/image.ts', 'engine/kernels/shaders.ts']],
  ['bench', ['drag', 'engine', 'formats', 'inversion', 'library', 'models', 'options']],
  [
    'cli',
    ['bench', 'drag', 'engine', 'formats', 'inversion', 'library', 'models', 'node', 'options'],
  ],
  // A model's file is read in a worker, without a device; all that runs on one is the library's.
  [
    'app',
    [
      'bench',
      'drag/options.ts',
      'formats',
      'inversion/weight_delta.ts',
      'library',
      'models/stylegan2/files',
      'models/stylegan2/network',
      'options',
    ],
  ],
];

/** Rooms that run without a page, and what of a page they could name without an import. */
const roomsWithoutPage = ['formats', 'options', 'engine', 'models', 'drag', 'inversion'];
const namesOfPage =
  /^(document|window|localStorage|HTML\w*Element|SVG\w*Element|(Mouse|Pointer|Keyboard|Drag)Event)$/;

/** Breaches that are being mended. Nothing is to be added, and a line that no longer breaks a rule has to go. */
const knownBreaches: readonly string[] = [];

interface SourceFile {
  path: string;
  tree: ts.SourceFile;
  /** Of src, or names of packages. */
  imports: string[];
}

const files = readdirSync(`${repository}src`, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\.(m?[jt]s|tsx)$/.test(path) && !path.endsWith('.d.ts'))
  .map(readSource);

function readSource(path: string): SourceFile {
  const text = readFileSync(`${repository}src/${path}`, 'utf8');
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return { path, tree, imports: importedBy(tree).map((name) => resolve(path, name)) };
}

/** Whatever a module imports: static, for re-export, dynamic, as a type, and the workers that it starts. */
function importedBy(tree: ts.SourceFile): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = importSpecifier(node);
    if (specifier && ts.isStringLiteralLike(specifier)) names.push(specifier.text);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return names;
}

function importSpecifier(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return node.argument.literal;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return node.arguments[0];
  const isUrl = ts.isNewExpression(node) && node.expression.getText() === 'URL';
  return isUrl ? node.arguments?.[0] : undefined;
}

function resolve(path: string, name: string): string {
  const [file] = name.split('?');
  return file.startsWith('.') ? posix.join(posix.dirname(path), file) : file;
}

const isIn = (path: string, room: string): boolean =>
  path === room || path.startsWith(room.endsWith('/') ? room : `${room}/`);
const ofSource = new Set(files.map(({ path }) => path));

/** A line for each import that breaks a rule: “file imports file: rule”. */
function breachesOf({ path, imports }: SourceFile): string[] {
  const found = rooms.find(([room]) => isIn(path, room));
  if (!found) return [`${path}: no rule says what it may import`];
  const [room, mayImport] = found;
  const allowed = [room, ...mayImport];
  return imports
    .filter((imported) => ofSource.has(imported) && !allowed.some((other) => isIn(imported, other)))
    .map((imported) => `${path} imports ${imported}: ${room} imports ${listed(mayImport)}`);
}

const listed = (names: readonly string[]): string =>
  names.length > 0 ? `nothing but ${names.join(', ')}` : 'nothing outside itself';

/** A line for each name of the page's that a file uses without declaring it. */
function pageNamesOf({ path, tree }: SourceFile): string[] {
  if (!roomsWithoutPage.some((room) => isIn(path, room))) return [];
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && namesOfPage.test(node.text) && !isNameOfMember(node))
      names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return [...names].map((name) => `${path} names ${name}: it has to run without a page`);
}

/** `a.document`, or a property or parameter that is called so. */
function isNameOfMember(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  return 'name' in parent && parent.name === node;
}

/** Files that import each other, by whichever way round: each circle as a line “a → b → a”. */
function circles(): string[] {
  const importsOf = new Map(files.map(({ path, imports }) => [path, imports]));
  const done = new Set<string>();
  const found: string[] = [];
  const follow = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) found.push([...trail.slice(start), path].join(' → '));
    if (start >= 0 || done.has(path)) return;
    for (const imported of importsOf.get(path) ?? []) follow(imported, [...trail, path]);
    done.add(path);
  };
  for (const { path } of files) follow(path, []);
  return found;
}

test('every room imports only what it may', () => {
  const breaches = files.flatMap(breachesOf);
  const isKnown = (breach: string) => knownBreaches.some((known) => breach.startsWith(known));
  expect(breaches.filter((breach) => !isKnown(breach))).toEqual([]);
  const isMended = (known: string) => !breaches.some((breach) => breach.startsWith(known));
  expect(knownBreaches.filter(isMended), 'to be taken from the list').toEqual([]);
});

test('what runs without a page names nothing of one', () => {
  expect(files.flatMap(pageNamesOf)).toEqual([]);
});

test('no files import each other in a circle', () => {
  expect(circles()).toEqual([]);
});

test('an import is seen in each of its forms', () => {
  const tree = ts.createSourceFile(
    'forms.ts',
    `import a from './a.ts'; import type { B } from './b.ts'; export * from './c.ts';
    const d = import('./d.ts'); type E = import('./e.ts').E; import './f.ts';
    new Worker(new URL('./g.ts', import.meta.url));`,
    ts.ScriptTarget.Latest,
    true,
  );
  expect(importedBy(tree)).toEqual(
    ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => `./${name}.ts`),
  );
});
