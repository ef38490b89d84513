import { layOut } from '../drag/device/lay_out.ts';
import { coverageOf, objectivePlans } from '../drag/device/objective.ts';
import { objectiveShape } from '../drag/device/objective_shape.ts';
import { changeOptions, type DragOptions, startingOptions } from '../drag/options.ts';
import { autotuneLayers, type Measure } from '../engine/autotune/autotuner.ts';
import {
  autotuneSite,
  choicesFor,
  type KernelChoices,
  type LayerChoice,
} from '../engine/autotune/kernel_choices.ts';
import { type TunableLayer, tunableLayers } from '../engine/autotune/tunable_layers.ts';
import { draggable } from '../models/stylegan2/device/draggable.ts';
import type { Generator } from '../models/stylegan2/device/generator.ts';
import { lastBlock } from '../models/stylegan2/network/config.ts';
import { synthesisCalls } from '../models/stylegan2/network/synthesis.ts';

/** Describes the drag whose kernels are to be measured. Those of pictures are measured as well. */
export interface AutotuneRequest {
  /** How many points the drag has; 1 by default. */
  readonly points?: number;
  /** True if the drag has a mask; false by default. */
  readonly masked?: boolean;
  /** The drag's options where they are not the model's own. */
  readonly options?: Partial<DragOptions>;
  /** Earlier measurements: their layers are not measured again. */
  readonly known?: readonly KernelChoices[];
  /** Ends the measuring once aborted. `onProgress` has passed on what was measured until then. */
  readonly signal?: AbortSignal;
  /** Seconds after which no further layer is begun; one is measured in any case. */
  readonly seconds?: number;
  /** Called at the start and after each layer. */
  readonly onProgress?: (progress: AutotuneProgress) => void;
  /** @internal Measures candidates; by default on the device. */
  readonly measure?: Measure;
}

/** How far a measurement is. */
export interface AutotuneProgress {
  /** Layers that were measured now. */
  readonly done: number;
  /** Layers that were to be measured, since they were not known before. */
  readonly total: number;
  /** All that is known of the adapter by now. */
  readonly choices: KernelChoices;
}

/**
 * Measures the convolutions of a drag's iteration and of a picture, in submissions of a few milliseconds each: a page
 * may go on meanwhile. The engine is left as it is.
 * @returns what is known then, the layers that were known before included
 * @throws the signal's reason once it is aborted; InputError for options that cannot be used
 */
export async function autotune(
  generator: Generator,
  request: AutotuneRequest = {},
): Promise<KernelChoices> {
  const { known = [], onProgress = () => {}, signal, seconds, measure } = request;
  const site = await autotuneSite(generator.engine);
  const layers = new Map<string, LayerChoice>(choicesFor(site, known)?.layers);
  const all = await layersOf(generator, request);
  const wanted = all.filter(({ key }) => !layers.has(key));
  const choices = (): KernelChoices => ({ ...site, layers: new Map(layers) });
  let done = 0;
  if (wanted.length > 0) onProgress({ done, total: wanted.length, choices: choices() });
  await autotuneLayers(generator, wanted, {
    signal,
    seconds,
    measure,
    onLayer: (key, result) => {
      if (result) layers.set(key, result);
      done++;
      onProgress({ done, total: wanted.length, choices: choices() });
    },
  });
  return choices();
}

/** The convolutions of an iteration, then those of a picture. */
async function layersOf(generator: Generator, request: AutotuneRequest): Promise<TunableLayer[]> {
  const { config, store } = generator;
  const { points = 1, masked = false } = request;
  const dragged = draggable(generator);
  const options = changeOptions(startingOptions(dragged), request.options ?? {});
  const shape = objectiveShape(dragged, options, { points, masked });
  const latent = await layOut(dragged, shape);
  const { iteration } = objectivePlans(dragged, shape, latent, coverageOf(dragged, shape));
  const calls = synthesisCalls(config, { upTo: lastBlock(config), image: true });
  const picture = { calls, freeRounding: true };
  return tunableLayers([iteration, picture], store);
}
