import {
  entriesOf,
  itemsOf,
  type PickleDict,
  PickleObject,
  type PickleValue,
} from '../../../formats/pickle/pickle_values.ts';
import { type Module, moduleOf, readModuleTree } from './official_modules.ts';

/** The deepest nesting of dicts and lists that is looked at. */
const deepest = 5;
/** The most items of a list that are looked at: generators are kept in short ones. */
const mostItems = 64;
/** The most names that are kept to say what a file is that has no generator. */
const mostNames = 2000;

/** A generator's values by their names, without what stands before them in the file. */
export interface StateOfGenerator<Value> {
  /** Whose names its tensors have. */
  readonly names: 'official' | 'rosinality';
  /** Where it stands, e.g. `state_dict.decoder`; '' if it is all that the file has. */
  readonly place: string;
  readonly values: ReadonlyMap<string, Value>;
  /** Its modules by path; none in a state dict. */
  readonly modules: ReadonlyMap<string, Module>;
  /** What it stands in, innermost first. */
  readonly around: readonly ReadonlyMap<PickleValue, Value>[];
}

/** What a file holds. */
export interface SearchResult<Value> {
  /** The generator that counts: an averaged one before others, then the outermost, then the first. */
  readonly generator?: StateOfGenerator<Value>;
  /** The places of others that could count as well as it does. */
  readonly others: readonly string[];
  /** Some of the names in the file. */
  readonly names: readonly string[];
  /** The class of the first module. */
  readonly className?: string;
}

/** Names and values of a module or of a dict, among which generators may be. */
interface State<Value> extends Pick<StateOfGenerator<Value>, 'place' | 'modules' | 'around'> {
  readonly values: ReadonlyMap<PickleValue, Value>;
}

interface Candidate<Value> {
  readonly state: State<Value>;
  readonly names: StateOfGenerator<Value>['names'];
  /** What stands before its names, e.g. `decoder.`. */
  readonly prefix: string;
  readonly place: string;
}

/**
 * Looks through all dicts, lists and modules of a pickle for generators, however they are called and nested. Each object
 * is visited once, so that the search takes no longer than the file is.
 */
export const findGenerator = (root: PickleValue): SearchResult<PickleValue> =>
  chooseGenerator(statesIn(root));

/** Looks for generators among tensors by their names. */
export const findAmongTensors = <Value>(values: ReadonlyMap<string, Value>): SearchResult<Value> =>
  chooseGenerator([{ place: '', values, modules: new Map(), around: [values] }]);

function chooseGenerator<Value>(states: Iterable<State<Value>>): SearchResult<Value> {
  const names: string[] = [];
  const candidates: Candidate<Value>[] = [];
  let className: string | undefined;
  for (const state of states) {
    className ??= state.modules.get('')?.className;
    candidates.push(...candidatesIn(state, names));
  }
  const [averaged, plain] = [true, false].map((wanted) =>
    candidates.filter(({ place }) => isAveraged(place) === wanted),
  );
  const [best, ...rest] = averaged?.length ? averaged : (plain ?? []);
  if (!best) return { others: [], names, className };
  const { names: kind, prefix, place, state } = best;
  const generator = {
    names: kind,
    place,
    values: withoutPrefix(state.values, prefix),
    modules: withoutPrefix(state.modules, prefix, prefix.slice(0, -1)),
    around: state.around,
  };
  return { generator, others: rest.map((other) => other.place), names, className };
}

/** Modules and dicts, outermost first. */
function* statesIn(root: PickleValue): Generator<State<PickleValue>> {
  const seen = new Set<object>();
  type Waiting = { value: PickleValue; place: string; depth: number; around: PickleDict[] };
  const waiting: Waiting[] = [{ value: root, place: '', depth: 0, around: [] }];
  for (let at = 0; at < waiting.length; at++) {
    const next = waiting[at];
    if (!next || typeof next.value !== 'object' || next.value === null) continue;
    const { value, place, depth, around } = next;
    if (seen.has(value)) continue;
    seen.add(value);
    const visit = (name: PickleValue, inner: PickleValue, outer: PickleDict[]) => {
      if (typeof inner !== 'object' || inner === null || depth >= deepest) return;
      const step = typeof name === 'string' ? name.slice(0, 80) : String(Number(name));
      waiting.push({ value: inner, place: joined(place, step), depth: depth + 1, around: outer });
    };
    const module = moduleOf(value);
    if (module) {
      const { values, modules } = readModuleTree(module, seen);
      yield { place, values, modules, around: [module.attributes, ...around] };
      for (const [name, inner] of module.attributes)
        if (!modules.has(String(name))) visit(name, inner, [module.attributes, ...around]);
      continue;
    }
    const dict = dictOf(value);
    if (dict && !(dict !== value && seen.has(dict))) {
      seen.add(dict);
      yield { place, values: dict, modules: new Map(), around: [dict, ...around] };
      for (const [name, inner] of dict) visit(name, inner, [dict, ...around]);
    }
    for (const [index, item] of (itemsOf(value)?.slice(0, mostItems) ?? []).entries())
      visit(index, item, around);
  }
}

/** The entries of a dict, or the attributes of another object. */
function dictOf(value: PickleValue): PickleDict | undefined {
  const own = entriesOf(value);
  if (own?.size || !(value instanceof PickleObject)) return own;
  return entriesOf(value.state) ?? own;
}

/** A generator for each prefix of names that only a generator has. */
function candidatesIn<Value>(state: State<Value>, names: string[]): Candidate<Value>[] {
  const found = new Map<string, Candidate<Value>>();
  const add = (kind: StateOfGenerator<Value>['names'], prefix: string) => {
    const key = `${kind} ${prefix}`;
    if (found.has(key)) return;
    const place = joined(state.place, prefix.slice(0, -1));
    if (isDiscriminator(place)) return;
    found.set(key, { state, names: kind, prefix, place });
  };
  for (const name of state.values.keys()) {
    if (typeof name !== 'string') continue;
    if (names.length < mostNames) names.push(name.slice(0, 80));
    const synthesis = name.startsWith('synthesis.') ? 0 : name.indexOf('.synthesis.') + 1;
    if (synthesis > 0 || name.startsWith('synthesis.')) add('official', name.slice(0, synthesis));
    const first = 'conv1.conv.weight';
    if (name === first || name.endsWith(`.${first}`))
      add('rosinality', name.slice(0, -first.length));
  }
  return [...found.values()];
}

/** Without a prefix; `whole` names what stands at the prefix itself. */
function withoutPrefix<Value>(
  entries: ReadonlyMap<PickleValue, Value>,
  prefix: string,
  whole?: string,
): Map<string, Value> {
  const stripped = new Map<string, Value>();
  for (const [name, value] of entries) {
    if (typeof name !== 'string') continue;
    if (name === whole) stripped.set('', value);
    else if (name.startsWith(prefix)) stripped.set(name.slice(prefix.length), value);
  }
  return stripped;
}

/** True if a place has `ema` or `average` as a word, as in `g_ema`, `params_ema`, `module.G_ema`. */
const isAveraged = (place: string): boolean =>
  /(^|[^a-z])(ema|avg|averaged?|shadow)([^a-z]|$)/i.test(place);

const isDiscriminator = (place: string): boolean =>
  /(^|\.)(D|D_ema|netD|discriminator)(\.|$)/.test(place);

const joined = (place: string, step: string): string =>
  place === '' || step === '' ? place + step : `${place}.${step}`;
