import { Plan } from '../engine/graph/plan.ts';
import type { PlanRequest } from '../engine/graph/plan_request.ts';
import type { Call } from '../engine/graph/reversal.ts';
import { TensorStore } from '../engine/memory/tensors.ts';
import type { Generator } from '../models/stylegan2/device/generator.ts';
import { createLatent } from '../models/stylegan2/device/loaded_network.ts';
import { blockSize, lastBlock } from '../models/stylegan2/network/config.ts';
import { convolutionLayers, layerName } from '../models/stylegan2/network/layers.ts';
import { noiseMapCalls } from '../models/stylegan2/network/noise_maps.ts';
import { imageShape } from '../models/stylegan2/network/outputs.ts';
import { synthesisCalls } from '../models/stylegan2/network/synthesis.ts';
import { weightEnergyCalls } from '../models/stylegan2/network/weight_energies.ts';
import { nearCalls, trainedTensors } from './fine_tuning_calls.ts';
import type { ImageLoss } from './image_loss.ts';
import { mapName, type NoiseMaps, noiseMaps, noisyLayers } from './noise_maps.ts';
import { adamWeightsCall, createTrained } from './trained_tensors.ts';

export interface FineTuningPlans {
  /** A step towards the picture. */
  readonly training: Plan;
  readonly drawing: Plan;
  /** The regulariser's plans; undefined without it. */
  readonly locality: LocalityPlans | undefined;
}

export interface LocalityPlans {
  /** The original network's picture of a latent near the pivot. */
  readonly original: Plan;
  /** A step towards the picture that also keeps the picture near the pivot as it is. */
  readonly training: Plan;
}

export interface Stores {
  /**
   * Tensors that the original network and the tuned one share: latents near the pivot, and noise that was found with
   * it.
   */
  readonly near: TensorStore;
  /** A store on top of `near`, in which the trained weights stand in for the original ones. */
  readonly tuned: TensorStore;
}

export async function createStores(
  generator: Generator,
  loss: ImageLoss,
  noise?: NoiseMaps,
): Promise<Stores> {
  const { engine, config, store } = generator;
  const near = new TensorStore(engine.device, store);
  const tuned = new TensorStore(engine.device, near);
  try {
    const image = imageShape(config);
    createLatent(near, 'near.ws', config);
    near.create('near.target_image', 'map', image);
    createLatent(tuned, 'ws', config);
    tuned.create('image', 'map', image);
    tuned.create('near.losses', 'plain', [1, config.height]);
    loss.createTensors(tuned);
    await createNoise({ near, tuned }, generator, noise);
    for (const part of trainedTensors(config, store).flatMap(({ parts }) => parts)) {
      const { layout, shape } = store.get(part);
      const values = await store.read(part);
      const own = layout === 'convolution_half' ? 'convolution' : layout;
      createTrained(tuned, part, own, shape, values);
    }
    for (const { tensors } of weightEnergyCalls(config, convolutionLayers(config)))
      if (tuned.find(tensors.energy) === store.find(tensors.energy))
        tuned.create(tensors.energy, 'plain', store.get(tensors.energy).shape);
    return { near, tuned };
  } catch (error) {
    destroyStores({ near, tuned });
    throw error;
  }
}

/** Noise maps, whose strengths are trained; the original network has them as well where they were found. */
async function createNoise(
  { near, tuned }: Stores,
  generator: Generator,
  found?: NoiseMaps,
): Promise<void> {
  const maps = found ?? (await noiseMaps(generator));
  for (const layer of noisyLayers(generator)) {
    const name = layerName(layer);
    const { height, width } = blockSize(generator.config, layer.block);
    const shape = [height, width];
    const map = maps.get(mapName(layer));
    tuned.create(mapName(layer), 'plain', shape, map);
    tuned.create(`${name}.noise`, 'plain', shape);
    if (!found) continue;
    const [strength] = await near.read(`${name}.noise_strength`);
    near.create(
      `${name}.noise`,
      'plain',
      shape,
      map?.map((value) => value * strength),
    );
  }
}

export function destroyStores({ near, tuned }: Stores): void {
  tuned.destroy();
  near.destroy();
}

/** @param locality the regulariser's weight */
export async function buildPlans(
  generator: Generator,
  loss: ImageLoss,
  stores: Stores,
  locality: number,
): Promise<FineTuningPlans> {
  const { config, engine, arena } = generator;
  const changing = [
    ...weightEnergyCalls(config, convolutionLayers(config)),
    ...noiseMapCalls(config, noisyLayers(generator)),
  ];
  const network = synthesisCalls(config, { upTo: lastBlock(config), image: true });
  const parts = trainedTensors(config, generator.store).flatMap((tensor) => tensor.parts);
  const build = (request: PlanRequest, store: TensorStore): Promise<Plan> =>
    Plan.build({ ...request, freeRounding: true }, { ...engine, store, arena });
  const training = (...regulariser: Call[]): PlanRequest => ({
    calls: [...changing, ...network, ...loss.calls, ...regulariser],
    wanted: parts,
    afterwards: parts.map((part) => adamWeightsCall(stores.tuned, part, 'adam')),
  });
  const requests: [PlanRequest, TensorStore][] = [
    [training(), stores.tuned],
    [{ calls: [...changing, ...network] }, stores.tuned],
  ];
  if (locality > 0)
    requests.push(
      [{ calls: nearCalls(config, 'near.target_image') }, stores.near],
      [
        training(...nearCalls(config, 'near.image'), localityCall(generator, locality)),
        stores.tuned,
      ],
    );
  const plans: Plan[] = [];
  try {
    for (const [request, store] of requests) plans.push(await build(request, store));
  } catch (error) {
    for (const plan of plans) plan.destroy();
    throw error;
  }
  const [towards, drawing, original, held] = plans;
  return { training: towards, drawing, locality: held && { original, training: held } };
}

export function destroyPlans({ training, drawing, locality }: FineTuningPlans): void {
  for (const plan of [training, drawing, locality?.original, locality?.training]) plan?.destroy();
}

function localityCall({ config }: Generator, factor: number): Call {
  const { height, width, imgChannels } = config;
  return {
    operation: 'squared_distance',
    label: 'near.distance',
    sizes: { samples: 1, channels: imgChannels, height, width },
    tensors: { image: 'near.image', target_image: 'near.target_image', losses: 'near.losses' },
    params: { factor },
  };
}
