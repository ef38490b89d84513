import type { Engine } from '../device.ts';
import type { ConvolutionChoice } from '../graph/variants.ts';
import { dragOperations } from '../operations/drag_operations.ts';
import { operationTable } from '../operations/operations.ts';

/** Which kernels are the fastest on an adapter, and what they were measured to take. */
export interface KernelChoices extends AutotuneSite {
  /** By `convolutionKey`. */
  readonly layers: ReadonlyMap<string, LayerChoice>;
}

/** What a measurement holds for. */
export interface AutotuneSite {
  readonly adapter: AutotunedAdapter;
  /** SHA-256 of the network's kernels, in hexadecimal: other kernels take other times. */
  readonly kernels: string;
}

export interface AutotunedAdapter {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** Those that the engine uses, in the order of their names. */
  readonly features: readonly string[];
}

export interface LayerChoice {
  readonly choice: ConvolutionChoice;
  /** All that was tried, the default first. A time that was not taken is 0. */
  readonly measured: readonly {
    readonly choice: ConvolutionChoice;
    readonly milliseconds: number;
  }[];
}

/** The adapter and the kernels of an engine. @throws ShaderError where a kernel does not parse */
export async function autotuneSite({ adapter, pipelines }: Engine): Promise<AutotuneSite> {
  const { vendor, architecture, device, description } = adapter;
  const features = [...adapter.features].sort();
  const rows = Object.entries(operationTable).filter(([name]) => !(name in dragOperations));
  const names = new Set(rows.map(([, { shader }]) => shader));
  const shaders = await Promise.all([...names].sort().map((name) => pipelines.shader(name)));
  const texts = new TextEncoder().encode(shaders.map(({ code }) => code).join('\0'));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', texts));
  const kernels = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { adapter: { vendor, architecture, device, description, features }, kernels };
}

/** The tuning of a site among those of all sites; what was measured elsewhere, or with other kernels, does not count. */
export const choicesFor = (
  site: AutotuneSite,
  kernelChoices: readonly KernelChoices[],
): KernelChoices | undefined =>
  kernelChoices.find(
    ({ adapter, kernels }) => sameAdapter(adapter, site.adapter) && kernels === site.kernels,
  );

/**
 * Takes the choices that were measured on the engine's adapter, and its defaults for all else. Plans that stand are built
 * anew before their next submission, where anything changes for them.
 * @returns what is taken; undefined where none is of this adapter and these kernels
 */
export async function useKernelChoices(
  engine: Engine,
  kernelChoices: readonly KernelChoices[],
): Promise<KernelChoices | undefined> {
  const chosen =
    kernelChoices.length > 0 ? choicesFor(await autotuneSite(engine), kernelChoices) : undefined;
  const choices = [...(chosen?.layers ?? [])].map(([key, { choice }]) => [key, choice] as const);
  if (choices.length > 0 || engine.variants.tuned)
    engine.takeVariants({
      ...engine.variants,
      tuned: choices.length > 0 ? new Map(choices) : undefined,
    });
  return chosen;
}

/** `known` with what was measured now: its layers are added to those of its site; those of other kernels on its adapter go. */
export function mergeKernelChoices(
  known: readonly KernelChoices[],
  more: KernelChoices,
): KernelChoices[] {
  const before = choicesFor(more, known);
  const others = known.filter(({ adapter }) => !sameAdapter(adapter, more.adapter));
  const layers = new Map([...(before?.layers ?? []), ...more.layers]);
  // The newest first, so that the oldest are cut where there are too many.
  return [{ ...more, layers }, ...others];
}

/** For how many layers another choice than the default is the fastest. */
export const otherThanDefault = ({ layers }: KernelChoices): number =>
  [...layers.values()].filter(
    ({ choice, measured }) => JSON.stringify(choice) !== JSON.stringify(measured[0]?.choice),
  ).length;

const sameAdapter = (a: AutotunedAdapter, b: AutotunedAdapter): boolean =>
  adapterKey(a) === adapterKey(b);

const adapterKey = ({ vendor, architecture, device, description, features }: AutotunedAdapter) =>
  JSON.stringify([vendor, architecture, device, description, [...features].sort()]);
