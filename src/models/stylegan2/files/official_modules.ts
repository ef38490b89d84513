import {
  entriesOf,
  type PickleDict,
  PickleObject,
  type PickleValue,
} from '../../../formats/pickle/pickle_values.ts';
import { isPersistentObject } from './pickle_globals.ts';

/** The deepest nesting of modules that is looked at; a generator's is 4. */
const deepest = 16;
/** The longest name of a module or tensor that is looked at, so that no path is longer than a few kilobytes. */
const longestName = 200;

/** A PyTorch module as a pickle has it. */
export interface Module {
  /** Its class, as the file names it. */
  readonly className: string;
  /** Its `__dict__`: parameters, buffers, modules, and what its constructor was given. */
  readonly attributes: PickleDict;
}

/** A module and all within it. */
export interface ModuleTree {
  /** By path, e.g. `synthesis.b8.conv0`; the outermost one is ''. */
  readonly modules: ReadonlyMap<string, Module>;
  /** What stands as parameters and buffers, by path, e.g. `synthesis.b8.conv0.weight`. */
  readonly values: ReadonlyMap<string, PickleValue>;
}

/** Undefined for a value that is no module. */
export function moduleOf(value: PickleValue | undefined): Module | undefined {
  if (!(value instanceof PickleObject)) return undefined;
  const persistent = isPersistentObject(value) ? entriesOf(value.args[0]) : undefined;
  const attributes = entriesOf(persistent ? persistent.get('state') : value.state);
  const isModule = ['_modules', '_parameters', '_buffers'].some((kind) => attributes?.has(kind));
  if (!attributes || !isModule) return undefined;
  const className = persistent?.get('class_name');
  return {
    className: typeof className === 'string' ? className : value.global.name,
    attributes,
  };
}

/**
 * Collects the modules and values within a module. Each object is visited once, where it is met first: a file that
 * names one in many places takes no longer than it is, and no network of ours has a module twice.
 * @param seen the objects that were visited before; those that are visited now are added
 */
export function readModuleTree(root: Module, seen: Set<object>): ModuleTree {
  const modules = new Map<string, Module>();
  const values = new Map<string, PickleValue>();
  const waiting: { path: string; depth: number; module: Module }[] = [
    { path: '', depth: 0, module: root },
  ];
  seen.add(root.attributes);
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const { path, depth, module } = next;
    modules.set(path.slice(0, -1), module);
    for (const kind of ['_parameters', '_buffers'])
      for (const [name, value] of children(module, kind, seen)) values.set(path + name, value);
    if (depth === deepest) continue;
    for (const [name, value] of children(module, '_modules', seen)) {
      const inner = moduleOf(value);
      if (!inner || seen.has(inner.attributes)) continue;
      seen.add(inner.attributes);
      waiting.push({ path: `${path}${name}.`, depth: depth + 1, module: inner });
    }
  }
  return { modules, values };
}

/** A module's children of one kind that are there (PyTorch keeps absent ones as None); none if they were seen before. */
function children(
  { attributes }: Module,
  kind: string,
  seen: Set<object>,
): [name: string, value: PickleValue][] {
  const entries = entriesOf(attributes.get(kind));
  if (!entries || seen.has(entries)) return [];
  seen.add(entries);
  const present: [string, PickleValue][] = [];
  for (const [name, value] of entries) {
    if (typeof name === 'string' && name.length <= longestName && value !== null)
      present.push([name, value]);
  }
  return present;
}
