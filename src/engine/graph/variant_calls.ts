import { winogradParts } from '../operations/winograd_operations.ts';
import type { Call } from './reversal.ts';
import {
  type ConvolutionChoice,
  choiceOf,
  isConvolution,
  overCells,
  type Setting,
  type Variants,
} from './variants.ts';

/**
 * Replaces the plain operations by the variants that are to run. The plain ones stay in the table as oracles.
 * @param setting gives what the plan asks of a convolution
 */
export function withVariants(
  calls: readonly Call[],
  variants: Variants,
  setting: (call: Call) => Setting,
): Call[] {
  const chosen: Call[] = [];
  const fused = new Set<Call>();
  for (const [at, call] of calls.entries()) {
    if (fused.has(call)) continue;
    if (!isConvolution(call)) {
      chosen.push(call);
      continue;
    }
    const choice = choiceOf(call, variants, setting(call));
    const layer = withChoice(call, choice);
    const following = variants.epilogue === 'fused' ? epilogueOf(call, calls.slice(at + 1)) : [];
    for (const one of following) fused.add(one);
    chosen.push(...withEpilogue([...layer, ...following]));
  }
  return withoutRepetition(chosen);
}

/** The calls by which one choice computes a convolution, without its epilogue. */
export function withChoice(call: Call, choice: ConvolutionChoice): Call[] {
  const { cellsFirst, splits, modulation, algorithm } = choice;
  const up = call.operation === 'conv3x3_up';
  const params = { ...call.params, cells_first: cellsFirst ? 1 : 0 };
  if (algorithm === 'winograd') {
    const { sizes, firstTiles } = winogradParts(call.sizes);
    return firstTiles.map((first_tile, part) => ({
      ...call,
      operation: 'conv3x3_winograd',
      sizes,
      params: { ...params, first_tile },
      fused: part === firstTiles.length - 1 ? [{ ...overCells(call), params }] : [],
    }));
  }
  if (algorithm === 'lanes')
    return [{ ...call, operation: up ? 'conv3x3_up_lanes' : 'conv3x3_lanes' }];
  if (splits > 1) {
    const operation = up ? 'conv3x3_up_split_k' : 'conv3x3_split_k';
    return [{ ...call, operation, sizes: { ...call.sizes, splits }, params }];
  }
  if (modulation === 'inline') return [{ ...overCells(call), params }];
  const { outputs: _, ...sizes } = call.sizes;
  const { x, styles, ...others } = call.tensors;
  const modulated = `${x} · ${styles}`;
  const maps = call.maps && { ...call.maps, modulated: call.maps.x };
  return [
    {
      operation: 'modulate',
      label: `${call.label}.modulate`,
      sizes,
      tensors: { x, styles, modulated },
      maps,
    },
    {
      ...call,
      operation: up ? 'conv3x3_up_modulated' : 'conv3x3_modulated',
      tensors: { modulated, ...others },
      params,
      maps,
    },
  ];
}

/** Drops repeated `modulate` calls: the parts of a convolution share their modulated input. */
function withoutRepetition(calls: readonly Call[]): Call[] {
  const made = new Set<string>();
  return calls.filter(({ operation, tensors: { modulated } }) => {
    if (operation !== 'modulate') return true;
    const first = !made.has(modulated);
    made.add(modulated);
    return first;
  });
}

/** The calls after a convolution with which its layer ends: its FIR where it up-samples, and bias_act. */
function epilogueOf({ tensors }: Call, after: readonly Call[]): readonly Call[] {
  const [first, second] = after;
  if (first?.operation === 'bias_act' && first.tensors.u === tensors.u) return [first];
  const filtered =
    first?.operation === 'fir' &&
    first.tensors.t === tensors.t &&
    // Where t comes in parts, one FIR makes only a part of u, which bias_act needs whole.
    first.sizes.channels === first.sizes.total;
  if (!filtered || second?.operation !== 'bias_act') return [];
  return second.tensors.u === first.tensors.u ? [first, second] : [];
}

/** For each operation that bias_act may follow: the operation that makes both forward passes at once. */
const withActivation = {
  conv3x3_cells: 'conv3x3_cells_act',
  conv3x3_modulated: 'conv3x3_modulated_act',
  conv3x3_lanes: 'conv3x3_lanes_act',
  conv3x3_split_k: 'conv3x3_split_k_act',
  conv3x3_winograd: 'conv3x3_winograd_act',
  fir: 'fir_act',
} as const;

const canBeFused = (operation: string): operation is keyof typeof withActivation =>
  operation in withActivation;

/** The layer with its final bias_act, if it has one, fused into the calls that make its input. */
function withEpilogue(layer: readonly Call[]): Call[] {
  const activation = layer[layer.length - 1];
  const last = layer[layer.length - 2];
  if (activation.operation !== 'bias_act' || !last || !canBeFused(last.operation))
    return [...layer];
  return layer.slice(0, -1).map((call) => {
    const { operation } = call;
    if (!canBeFused(operation) || call.tensors.u !== activation.tensors.u) return call;
    const { u: _, ...before } = call.tensors;
    const { u: __, ...after } = activation.tensors;
    return {
      operation: withActivation[operation],
      // `Plan.setParams` finds it by the label of bias_act.
      label: activation.label,
      sizes: call.sizes,
      tensors: { ...before, ...after },
      params: { ...call.params, ...activation.params },
      layer: call.layer,
      maps: { ...call.maps, ...activation.maps },
      fused: [...(call.fused ?? [call]), ...(call === last ? [activation] : [])],
    };
  });
}
