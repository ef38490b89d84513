import type { FilePart } from '../../../formats/byte_cursor.ts';
import { FormatError } from '../../../formats/errors.ts';
import {
  describeValue,
  entriesOf,
  type PickleDict,
  PickleObject,
  type PickleValue,
} from '../../../formats/pickle/pickle_values.ts';
import type { NamedTensor } from '../../../formats/tensors/named_tensors.ts';
import type { TorchTensors } from '../../../formats/torch/torch_tensor.ts';
import { persistentObject } from './pickle_globals.ts';

/** The largest generator has 150 modules; a file that shares one in many places would otherwise have no end. */
const mostModules = 4096;
const deepest = 16;

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
  /** By path, e.g. `synthesis.b8.conv0.weight`. */
  readonly tensors: ReadonlyMap<string, NamedTensor>;
}

/** Undefined for a value that is no module. */
export function moduleOf(value: PickleValue | undefined): Module | undefined {
  if (!(value instanceof PickleObject)) return undefined;
  const persistent = value.is(persistentObject) ? entriesOf(value.args[0]) : undefined;
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
 * Collects the modules and tensors within a module.
 * @throws FormatError for a tensor whose elements are not in the file, or for more modules than any network has
 */
export function readModuleTree(
  root: Module,
  tensors: TorchTensors,
  { file }: FilePart,
): ModuleTree {
  const modules = new Map<string, Module>();
  const found = new Map<string, NamedTensor>();
  const waiting: [path: string[], module: Module][] = [[[], root]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [path, module] = next;
    modules.set(path.join('.'), module);
    if (modules.size + waiting.length > mostModules || path.length > deepest) {
      throw new FormatError(`more than ${mostModules} modules, or deeper than ${deepest}`, {
        file,
      });
    }
    for (const [name, value] of [
      ...children(module, '_parameters'),
      ...children(module, '_buffers'),
    ]) {
      const tensor = [...path, name].join('.');
      const view = tensors.tensor(value, tensor);
      if (!view) throw new FormatError(`is ${describeValue(value)}`, { file, tensor });
      found.set(tensor, view);
    }
    for (const [name, value] of children(module, '_modules')) {
      const inner = moduleOf(value);
      if (inner) waiting.push([[...path, name], inner]);
    }
  }
  return { modules, tensors: found };
}

/** A module's children of one kind that are there (PyTorch keeps absent ones as None). */
function children({ attributes }: Module, kind: string): [name: string, value: PickleValue][] {
  const entries = entriesOf(attributes.get(kind)) ?? new Map<PickleValue, PickleValue>();
  const present: [string, PickleValue][] = [];
  for (const [name, value] of entries) {
    if (typeof name === 'string' && value !== null) present.push([name, value]);
  }
  return present;
}
