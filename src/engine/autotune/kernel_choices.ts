import type { Engine } from '../device.ts';
import type { ConvolutionChoice } from '../graph/variants.ts';
import { dragOperations } from '../operations/drag_operations.ts';
import { latentOperations } from '../operations/latent_operations.ts';
import { operationTable } from '../operations/operations.ts';

/** The fastest kernels on an adapter, and the times that were measured. */
export interface KernelChoices extends AutotuneSite {
  /** The choice for each layer, by a text that names the layer's operation, shape and cells. */
  readonly layers: ReadonlyMap<string, LayerChoice>;
}

/** What a measurement is valid for: one adapter, and one version of the kernels. */
export interface AutotuneSite {
  /** The adapter that was measured. */
  readonly adapter: AutotunedAdapter;
  /** SHA-256 of the network's kernels, in hexadecimal: other kernels take other times. */
  readonly kernels: string;
}

/** An adapter, as WebGPU describes it (`GPUAdapterInfo`). */
export interface AutotunedAdapter {
  /** As in `GPUAdapterInfo`. */
  readonly vendor: string;
  /** As in `GPUAdapterInfo`. */
  readonly architecture: string;
  /** As in `GPUAdapterInfo`. */
  readonly device: string;
  /** As in `GPUAdapterInfo`: often the driver and its version. */
  readonly description: string;
  /** The features that the engine uses, sorted by name. */
  readonly features: readonly string[];
}

/** The fastest way to compute one layer. */
export interface LayerChoice {
  /** The choice to use. */
  readonly choice: ConvolutionChoice;
  /** All that was tried, the default first. */
  readonly measured: readonly {
    /** What was tried. */
    readonly choice: ConvolutionChoice;
    /** The layer's time forward and backward, in milliseconds; 0 where it was not measured. */
    readonly milliseconds: number;
  }[];
}

/** The adapter and the kernels of an engine. @throws ShaderError where a kernel does not parse */
export async function autotuneSite({ adapter, pipelines }: Engine): Promise<AutotuneSite> {
  const { vendor, architecture, device, description } = adapter;
  const features = [...adapter.features].sort();
  const rows = Object.entries(operationTable).filter(
    ([name]) => !(name in dragOperations || name in latentOperations),
  );
  const names = new Set(rows.map(([, { shader }]) => shader));
  const shaders = await Promise.all([...names].sort().map((name) => pipelines.shader(name)));
  const texts = new TextEncoder().encode(shaders.map(({ code }) => code).join('\0'));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', texts));
  const kernels = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { adapter: { vendor, architecture, device, description, features }, kernels };
}

/** The choices that were measured at this site; undefined where only other adapters or other kernels were measured. */
export const choicesFor = (
  site: AutotuneSite,
  kernelChoices: readonly KernelChoices[],
): KernelChoices | undefined =>
  kernelChoices.find(
    ({ adapter, kernels }) => sameAdapter(adapter, site.adapter) && kernels === site.kernels,
  );

/**
 * Makes an engine use the kernels that were measured to be the fastest on its adapter, and its defaults for layers that
 * were not measured. Plans that exist already are rebuilt before their next submission, if anything changes for them.
 * @param kernelChoices of any adapters; those of others are ignored
 * @returns the choices that are used; undefined where none is of this adapter and these kernels
 * @throws ShaderError where a kernel does not parse
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

/**
 * `known` with new measurements added: layers join those of the same adapter and kernels, and older measurements of
 * that adapter with other kernels are dropped.
 */
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

/** The number of layers for which another kernel than the default is the fastest. */
export const otherThanDefault = ({ layers }: KernelChoices): number =>
  [...layers.values()].filter(
    ({ choice, measured }) => JSON.stringify(choice) !== JSON.stringify(measured[0]?.choice),
  ).length;

const sameAdapter = (a: AutotunedAdapter, b: AutotunedAdapter): boolean =>
  adapterKey(a) === adapterKey(b);

const adapterKey = ({ vendor, architecture, device, description, features }: AutotunedAdapter) =>
  JSON.stringify([vendor, architecture, device, description, [...features].sort()]);
