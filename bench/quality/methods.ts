import { type GivenOptions, paperOptions } from '../../src/drag/options.ts';
import { DragSession, type PointPair } from '../../src/drag/session.ts';
import { draggable } from '../../src/models/stylegan2/device/draggable.ts';
import type { Generator } from '../../src/models/stylegan2/device/generator.ts';
import { latentOrigin } from '../../src/models/stylegan2/network/latent_origin.ts';
import { dragOptionTable } from '../../src/options/drag_options.ts';
import { methodTable } from '../../src/options/methods.ts';
import type { FactorBasis } from '../../tools/train-demo/latents.ts';
import { changedLatent } from '../../tools/train-demo/latents.ts';
import type { Place } from '../../tools/train-demo/surface.ts';
import { optionsOfFlags } from '../drag_flags.ts';
import type { StagedCase } from './staging.ts';

/** What a method made of a case. */
export interface Edit {
  /** num_ws · w_dim, row-major. */
  readonly ws: Float32Array;
  readonly iterations: number;
  /** Of the wall, for the drag alone. */
  readonly milliseconds: number;
  /** Where the tracker has the points at the end. */
  readonly ends: readonly Place[];
  /** The latent after the points were dragged back from there to where they began, where that was asked for. */
  readonly back?: Float32Array;
  /** True where the picture keeps what is masked from the one before. */
  readonly keeps?: boolean;
  /** Why the run ended; absent where nothing was dragged. */
  readonly stopped?: string;
}

/** The model that is dragged, and the map from its z to factors. */
export interface Subject {
  readonly generator: Generator;
  readonly basis: FactorBasis;
  /** Whether every drag is followed by one back. */
  readonly isBack: boolean;
}

/** A way to edit. */
export interface Method {
  readonly name: string;
  readonly about: string;
  /** A minute and more a case on a software adapter. */
  readonly isSlow?: boolean;
  /** Undefined where it has no answer to a case. */
  edit(subject: Subject, given: StagedCase): Promise<Edit | undefined>;
  /** The same drag with other options; absent where nothing is dragged. */
  varied?(name: string, options: GivenOptions): Method;
}

/** z of a case at ψ 1: the picture whose factors are known. */
const ofZ = (z: Float32Array) => ({ z }) as const;

const noEdit: Method = {
  name: 'no-edit',
  about: 'the picture as it was',
  edit: async ({ generator }, { z, handles }) => still(generator, z, handles),
};

const counterfactual: Method = {
  name: 'counterfactual',
  about: "the model's own picture of the changed factors: the most that a drag could reach",
  edit: async ({ generator, basis }, given) =>
    given.after &&
    still(generator, changedLatent(given.z, basis, given.case.change), given.targets),
};

async function still(generator: Generator, z: Float32Array, ends: readonly Place[]): Promise<Edit> {
  return { ws: await generator.latent(ofZ(z)), iterations: 0, milliseconds: 0, ends };
}

/** A drag with these options. */
function dragging(
  name: string,
  about: string,
  options: GivenOptions,
  steps: (generator: Generator) => number,
): Method {
  const edit = async ({ generator, isBack }: Subject, given: StagedCase): Promise<Edit> => {
    const ws = await generator.latent(ofZ(given.z));
    const origin = latentOrigin(generator.config, ofZ(given.z));
    const session = new DragSession(draggable(generator), ws, options, { origin });
    session.setPoints(pairs(given.handles, given.targets));
    session.setMask(given.mask ?? null);
    const began = performance.now();
    const { iterations, stopped } = await session.run({ steps: steps(generator) });
    const milliseconds = performance.now() - began;
    const ends = session.points.map(({ handle: [row, column] }) => ({ row, column }));
    const reached = await session.latent();
    if (isBack) {
      session.setPoints(pairs(ends, given.handles));
      await session.run({ steps: steps(generator) });
    }
    const back = isBack ? { back: await session.latent() } : {};
    const keeps = session.options.keeping === 'features';
    await session.destroy();
    return { ws: reached, iterations, milliseconds, ends, keeps, stopped, ...back };
  };
  const varied = (other: string, changes: GivenOptions) =>
    dragging(other, about, { ...options, ...changes }, steps);
  return { name, about, edit, varied };
}

const pairs = (from: readonly Place[], to: readonly Place[]): PointPair[] =>
  from.map(({ row, column }, j) => ({ handle: [row, column], target: [to[j].row, to[j].column] }));

const paperSteps = dragOptionTable.steps.usual;
const ownSteps = ({ config }: Generator) => config.dragDefaults?.steps ?? paperSteps;

/** The spaces that a drag offers beside the reference's own. */
const spaces = dragOptionTable.space.choices.filter((space) => space !== 'w+');

/** Every method of bench:quality. */
export const methods: readonly Method[] = [
  noEdit,
  counterfactual,
  {
    ...dragging('reference', "the paper's values", paperOptions, () => paperSteps),
    isSlow: true,
  },
  dragging(
    'tuned-reference',
    "the paper's method with the values that the model's file recommends",
    { method: 'reference' },
    ownSteps,
  ),
  dragging('best', methodTable.best.hint, { method: 'best' }, ownSteps),
  ...spaces.map((space) =>
    dragging(
      space,
      `tuned-reference in the space ${space}`,
      { method: 'reference', space },
      ownSteps,
    ),
  ),
];

/** Rows of every table, unless others are asked for. */
export const usualMethods: readonly string[] = ['no-edit', 'reference', 'tuned-reference', 'best'];

/**
 * @param names of methods, each with options of a drag behind it where they are to differ: `best:lr=0.02:stop-distance=1`
 * @throws RangeError for a name that no method has, and for an option that a drag has not
 */
export function methodsNamed(names: readonly string[]): Method[] {
  return names.map((full) => {
    const [name, ...changes] = full.split(':');
    const found = methods.find((method) => method.name === name);
    const known = methods.map((method) => method.name).join(', ');
    if (!found) throw new RangeError(`--methods: ${name} is none of ${known}`);
    if (changes.length === 0) return found;
    if (!found.varied) throw new RangeError(`--methods: ${name} drags nothing and has no options`);
    return found.varied(full, optionsOfFlags(changes.map(flagAndText)));
  });
}

function flagAndText(change: string): [string, string] {
  const [flag, text = ''] = change.split('=');
  return [flag, text];
}
