import type { CellList, PlanRequest } from '../graph/plan_request.ts';
import { type Call, dependents, gradientOf } from '../graph/reversal.ts';
import { settingOf } from '../graph/setting.ts';
import { convolutionKey, isConvolution, type Setting } from '../graph/variants.ts';
import type { TensorStore } from '../memory/tensors.ts';
import { tensorShape } from '../operations/operation.ts';
import { operationTable } from '../operations/operations.ts';

/** A convolution of a plan and what follows it in its layer; they are measured together. */
export interface TunableLayer {
  /** The convolution's `convolutionKey`. */
  readonly key: string;
  readonly convolution: Call;
  readonly setting: Setting;
  /** A request for a plan of this layer alone, with the directions and lists of the plan that it comes from. */
  readonly request: PlanRequest;
}

/**
 * The convolutions of plans, each key once, in the order in which they come.
 * @param weights the model's tensors
 */
export function tunableLayers(plans: readonly PlanRequest[], weights: TensorStore): TunableLayer[] {
  const layers = new Map<string, TunableLayer>();
  for (const plan of plans)
    for (const layer of layersOf(plan, weights))
      if (!layers.has(layer.key)) layers.set(layer.key, layer);
  return [...layers.values()];
}

function layersOf(
  { calls, wanted = [], cells, freeRounding }: PlanRequest,
  weights: TensorStore,
): TunableLayer[] {
  const dependent = dependents(calls, wanted);
  return calls.flatMap((convolution, at) => {
    if (!isConvolution(convolution)) return [];
    const setting = settingOf(convolution, weights, { cells, freeRounding });
    const layer = [convolution, ...following(calls, at)];
    const made = outputsOf(layer);
    const differentiated = inputsOf(layer).filter((tensor) => dependent.has(tensor));
    return {
      key: convolutionKey(convolution, setting),
      convolution,
      setting,
      request: {
        calls: layer,
        roots: differentiated.length > 0 ? made.slice(-1) : [],
        wanted: differentiated,
        cells,
        freeRounding,
      },
    };
  });
}

/** The calls after a convolution that belong to its layer, up to the next convolution. */
function following(calls: readonly Call[], at: number): Call[] {
  const { layer } = calls[at];
  if (layer === undefined) return [];
  const after = calls.slice(at + 1);
  const end = after.findIndex((call) => call.layer !== layer || isConvolution(call));
  return end < 0 ? after : after.slice(0, end);
}

const outputsOf = (calls: readonly Call[]): string[] =>
  calls.flatMap(({ operation, tensors }) =>
    operationTable[operation].outputs.map((output) => tensors[output]),
  );

function inputsOf(calls: readonly Call[]): string[] {
  const made = new Set(outputsOf(calls));
  const all = calls.flatMap(({ tensors }) => Object.values(tensors));
  return [...new Set(all)].filter((tensor) => !made.has(tensor));
}

/**
 * Makes the tensors that a layer's plan expects in the store: maps of zeros, and lists as long as they can get.
 * @param store where they are made; its parent has the model's weights
 * @returns the request, with its lists in the store
 */
export function createScratch(layer: TunableLayer, store: TensorStore, device: GPUDevice) {
  const { calls, roots = [], wanted = [], cells } = layer.request;
  const ends = new Set([...inputsOf(calls), ...outputsOf(calls).slice(-1)]);
  for (const { operation, sizes, tensors } of calls)
    for (const [variable, name] of Object.entries(tensors)) {
      const spec = operationTable[operation].tensors[variable];
      if (!ends.has(name) || store.find(name)) continue;
      const shape = tensorShape(spec, sizes);
      store.create(name, spec.layout, shape);
      if (roots.includes(name) || wanted.includes(name))
        store.create(gradientOf(name), spec.layout, shape);
    }
  const request: PlanRequest = {
    ...layer.request,
    cells: (entry) => {
      const list = cells?.(entry);
      const { over } = entry.operation[entry.direction][entry.entry];
      if (!list || over === undefined) return undefined;
      if (!store.find(list.name)) {
        const [, , height, width] = tensorShape(entry.operation.tensors[over], entry.call.sizes);
        const { buffer } = store.create(list.name, 'plain', [4 + list.covered]);
        device.queue.writeBuffer(buffer, 0, fullList(list, { height, width }));
      }
      return list;
    },
  };
  return request;
}

/**
 * A list at its longest, as shaders/lib/cells.wgsl reads it: cells around the middle of the map, in a square or, where the
 * map is too narrow or too low for one, in as many rows and columns as it has.
 * @param map rows and columns, which hold all cells of the list
 */
export function fullList(
  { computed, covered }: Pick<CellList, 'computed' | 'covered'>,
  map: { readonly height: number; readonly width: number },
): Uint32Array<ArrayBuffer> {
  const most = Math.min(map.width, Math.ceil(Math.sqrt(covered)));
  const columns = Math.max(most, Math.ceil(covered / map.height));
  const firstRow = Math.floor((map.height - Math.ceil(covered / columns)) / 2);
  const firstColumn = Math.floor((map.width - columns) / 2);
  const list = new Uint32Array(4 + covered);
  list.set([computed, covered]);
  for (let k = 0; k < covered; k++)
    list[4 + k] = ((firstRow + Math.floor(k / columns)) << 16) | (firstColumn + (k % columns));
  return list;
}

/** Bytes of the maps of a layer, gradients included. */
export function scratchBytes({ convolution, request }: TunableLayer): number {
  const { sizes, tensors, operation } = convolution;
  const maps = Object.keys(tensors).map((variable) => operationTable[operation].tensors[variable]);
  const floats = maps
    .filter(({ layout }) => layout === 'map')
    .reduce((sum, spec) => sum + tensorShape(spec, sizes).reduce((a, b) => a * b, 1), 0);
  return 4 * floats * (request.wanted?.length ? 2 : 1);
}
