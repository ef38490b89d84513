import type { Shader } from '../kernels/shaders.ts';
import { paddedChannels } from '../memory/layouts.ts';
import { tensorOf } from '../operations/operation.ts';
import { operationTable } from '../operations/operations.ts';
import { type BatchResources, withBackwardBatches } from './batches.ts';
import { type LayerSums, layerSumsCalls } from './layer_sums.ts';
import type { CellList } from './plan_request.ts';
import { type Call, type EntryCall, gradientOf } from './reversal.ts';
import { withBackwardStacks } from './stacks.ts';

/** Cells of which a workgroup of the fused kernels makes one sum. shaders/lib/layer_below.wgsl */
const cellsOfSum = 32;

/** The kernels by lanes that have a form with the layer below's activation. */
const fusedForms = {
  conv3x3_lanes: 'conv3x3_lanes_layer',
  conv3x3_up_lanes: 'conv3x3_up_lanes_layer',
} as const;

export interface FusionRequest extends BatchResources {
  /** What is run after the backward pass. */
  readonly after: readonly EntryCall[];
  readonly shaders: ReadonlyMap<string, Shader>;
  readonly cells: (entry: EntryCall) => CellList | undefined;
}

/**
 * Puts the kernels between two convolutions of the backward pass into one: the gradient with respect to a convolution's
 * input, its styles, and the activation of the layer below. The sums over cells that styles and demodulation need are added
 * up before the first of their gradients is read, for all layers until there at once; what then is left goes into batches.
 */
export function fusedBackward(entries: readonly EntryCall[], request: FusionRequest): EntryCall[] {
  /** Entries, each followed by the sums that are needed after it. */
  const parts: { entries: EntryCall[]; sums: LayerSums[] }[] = [];
  let part: (typeof parts)[number] = { entries: [], sums: [] };
  const pending = () =>
    part.sums.flatMap(({ styles, demodulation }) =>
      [styles, demodulation].flatMap((one) => (one ? [gradientOf(one.tensor)] : [])),
    );
  for (let at = 0; at < entries.length; ) {
    const own = sameCall(entries, at);
    const below = sameCall(entries, at + own.length);
    const next = at + own.length + below.length;
    const later = [...entries.slice(next), ...request.after];
    const fusible = canFuse(own, below, later, request);
    const taken = fusible ? [...own, ...below] : own;
    const awaited = pending();
    if (taken.some((entry) => uses(entry, awaited, request))) {
      parts.push(part);
      part = { entries: [], sums: [] };
    }
    if (fusible) {
      const { entry, sums } = fuse(own, below, request);
      part.entries.push(entry);
      if (sums) part.sums.push(sums);
    } else part.entries.push(...own);
    at += taken.length;
  }
  parts.push(part);
  // Batches first: they decide which tensors lie together, of which sums make some.
  const batched = parts.map((one) =>
    withBackwardStacks(withBackwardBatches(one.entries, request), request),
  );
  return parts.flatMap(({ sums }, k) => [
    ...batched[k],
    ...(sums.length > 0 ? layerSumsCalls(sums, request).map(backwardOf) : []),
  ]);
}

const backwardOf = (call: Call): EntryCall => ({
  call,
  operation: operationTable[call.operation],
  entry: 'backward',
  direction: 'backward',
  accumulate: false,
});

/** The neighbouring entries of one call, from `at` on. */
function sameCall(entries: readonly EntryCall[], at: number): EntryCall[] {
  const end = entries.findIndex(({ call }, k) => k > at && call !== entries[at].call);
  return entries.slice(at, end < 0 ? entries.length : end);
}

const entryNamed = (entries: readonly EntryCall[], name: string): EntryCall | undefined =>
  entries.find(({ entry }) => entry === name);

const isFusible = (operation: string): operation is keyof typeof fusedForms =>
  operation in fusedForms;

function canFuse(
  own: readonly EntryCall[],
  below: readonly EntryCall[],
  later: readonly EntryCall[],
  request: FusionRequest,
): boolean {
  const data = entryNamed(own, 'backward_x');
  const activation = entryNamed(below, 'backward');
  const gradient = entryNamed(own, 'backward');
  if (!data || !activation || !gradient) return false;
  const { call } = data;
  const { x } = call.tensors;
  const onlyThese = (entries: readonly EntryCall[], names: readonly string[]) =>
    entries.every(({ entry }) => names.includes(entry));
  return (
    isFusible(call.operation) &&
    activation.call.operation === 'bias_act' &&
    activation.call.tensors.y === x &&
    call.sizes.samples === 1 &&
    onlyThese(own, ['backward', 'backward_styles', 'backward_x']) &&
    onlyThese(below, ['backward', 'backward_demodulation']) &&
    !data.accumulate &&
    !activation.accumulate &&
    request.memory.isTransient(x) &&
    request.memory.isTransient(gradientOf(activation.call.tensors.u)) &&
    request.cells(gradient)?.name === request.cells(activation)?.name &&
    !later.some((entry) => uses(entry, [x, gradientOf(x)], request))
  );
}

/** True if an entry point binds one of these tensors. */
function uses(
  { call, operation, entry }: EntryCall,
  tensors: readonly string[],
  { shaders }: FusionRequest,
): boolean {
  return (shaders.get(operation.shader)?.entryPoints.get(entry) ?? []).some(({ name }) => {
    const found = tensorOf(operation, name);
    if (!found) return false;
    const tensor = call.tensors[found.own] ?? `${call.label}.${found.own}`;
    return tensors.includes(found.gradient ? gradientOf(tensor) : tensor);
  });
}

function fuse(
  own: readonly EntryCall[],
  below: readonly EntryCall[],
  { memory, cells }: FusionRequest,
): { entry: EntryCall; sums: LayerSums | undefined } {
  const { call } = own[0];
  const activation = below[0].call;
  const { x, styles, weight } = call.tensors;
  const { inputs, height, width } = call.sizes;
  const { demodulation, noise, bias } = activation.tensors;
  const list = cells(own[0]);
  const groups = Math.ceil((list?.computed ?? height * width) / cellsOfSum);
  const name = `${call.label}.sums`;
  const form = isFusible(call.operation) ? fusedForms[call.operation] : 'conv3x3_lanes_layer';
  const result = form === 'conv3x3_lanes_layer' ? 'u' : 't';
  memory.succeed(gradientOf(activation.tensors.u), x);
  const entry = backwardOf({
    operation: form,
    label: call.label,
    sizes: { ...call.sizes, groups },
    tensors: {
      ...{ x, styles, weight, demodulation, noise, sums: name },
      [result]: call.tensors[result],
    },
    params: activation.params,
    layer: call.layer,
    maps: call.maps,
  });
  const ofStyles = entryNamed(own, 'backward_styles');
  const ofDemodulation = entryNamed(below, 'backward_demodulation');
  if (!ofStyles && !ofDemodulation) return { entry, sums: undefined };
  const sums: LayerSums = {
    ...{ name, inputs, groups },
    bytes: 4 * 3 * groups * paddedChannels(inputs),
    styles: ofStyles && { tensor: styles, accumulate: ofStyles.accumulate },
    demodulation: ofDemodulation && {
      tensor: demodulation,
      accumulate: ofDemodulation.accumulate,
      bias,
    },
  };
  return { entry, sums };
}
