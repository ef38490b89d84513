/**
 * draggan-webgpu: point-based image editing on a StyleGAN2, on WebGPU.
 *
 * ```ts
 * const engine = await openEngine(navigator.gpu, { shaders });
 * const model = await loadModel(engine, bytes);
 * const session = await model.createDragSession(await model.latent({ seed: 1 }, { psi: 0.7 }));
 * session.setPoints([{ handle: [60, 64], target: [52, 64] }]);
 * await session.run({ steps: 100 });
 * const picture = await session.image();
 * ```
 *
 * An adapter starts with sane kernels. To measure which are the fastest, to keep that as a text, and to take it later:
 *
 * ```ts
 * const text = writeKernelChoices([await model.autotune()]);
 * await useKernelChoices(engine, readKernelChoices(text));
 * ```
 */

export type { DragOptions, GivenOptions } from '../drag/options.ts';
export type { PaceOptions } from '../drag/run/pace.ts';
export {
  DragSession,
  type DragState,
  type EditState,
  type Iteration,
  type IterationTrace,
  type Point,
  type PointPair,
  type RunOptions,
  type RunResult,
  type SessionEvents,
  type StopReason,
} from '../drag/session.ts';
export type { AdapterDescription } from '../engine/adapter.ts';
export {
  type AutotunedAdapter,
  type KernelChoices,
  type LayerChoice,
  mergeKernelChoices,
  otherThanDefault,
  useKernelChoices,
} from '../engine/autotune/kernel_choices.ts';
export { readKernelChoices, writeKernelChoices } from '../engine/autotune/kernel_choices_file.ts';
export { Engine, type EngineOptions, openEngine } from '../engine/device.ts';
export type { ConvolutionChoice } from '../engine/graph/variants.ts';
export { ShaderError, type ShaderSource, shadersWith } from '../engine/kernels/shaders.ts';
export type { PixelImage } from '../engine/memory/image.ts';
export { readImage } from '../engine/memory/image_reader.ts';
export type { Layout, Precision } from '../engine/memory/layouts.ts';
export type { DeviceTensor } from '../engine/memory/tensors.ts';
export { type ImageSink, type PresentationContext, Presenter } from '../engine/present.ts';
export {
  DeviceLimitError,
  DeviceLostError,
  DragganError,
  type FileLocation,
  FormatError,
  InputError,
  NoAdapterError,
  UnsupportedModelError,
} from '../formats/errors.ts';
export type { Dtype, NamedTensor, TensorFile } from '../formats/tensors/named_tensors.ts';
export {
  Inversion,
  type InversionProgress,
  type InversionResult,
} from '../inversion/inversion.ts';
export type { NoiseMaps } from '../inversion/noise_maps.ts';
export {
  defaultFineTuning,
  defaultInversion,
  type FineTuningOptions,
  type InversionOptions,
} from '../inversion/options.ts';
export { type FineTuningRecord, PivotalTuning } from '../inversion/pivotal_tuning.ts';
export { peakSignalToNoise } from '../inversion/pixels.ts';
export { applyWeightDelta, type FineTunedWeights } from '../inversion/weight_delta.ts';
export type { Extent, LatentOrigin, PlacedLatent, Typicality } from '../models/draggable.ts';
export type { EvaluationRequest, LogicalTensor } from '../models/stylegan2/device/evaluation.ts';
export type { GeneratorOptions } from '../models/stylegan2/device/generator.ts';
export type { FindBasis, Noise } from '../models/stylegan2/device/loaded_network.ts';
export {
  type Direction,
  type DirectionFile,
  readDirections,
  writeDirections,
} from '../models/stylegan2/files/direction_file.ts';
export {
  type LatentFormat,
  readLatent,
  writeLatent,
} from '../models/stylegan2/files/latent_file.ts';
export { parseModelFile } from '../models/stylegan2/files/model_file.ts';
export type { GeneratorConfig } from '../models/stylegan2/network/config.ts';
export {
  type DirectionMethod,
  type Directions,
  directionMethods,
  type FactorBasis,
  readFactors,
  styleDirections,
} from '../models/stylegan2/network/directions.ts';
export type { LatentSource, MappingOptions } from '../models/stylegan2/network/latent_origin.ts';
export {
  addDirection,
  type LatentShape,
  mixStyles,
} from '../models/stylegan2/network/latent_rows.ts';
export type { PrincipalBasis } from '../models/stylegan2/network/principal_basis.ts';
export { type GeneratorWeights, readGenerator } from '../models/stylegan2/network/weights.ts';
export { type DragDefaults, dragOptionTable } from '../options/drag_options.ts';
export { fineTuningOptionTable, inversionOptionTable } from '../options/inversion_options.ts';
export {
  type Method,
  type MethodName,
  type MethodOptions,
  methodNames,
  methodTable,
} from '../options/methods.ts';
export {
  type Bounds,
  type ChoiceOption,
  describeBounds,
  isWithin,
  type NumberOption,
  type Option,
  type OptionTable,
  type SwitchOption,
} from '../options/option.ts';
export type { AutotuneProgress, AutotuneRequest } from './autotune.ts';
export {
  createDragSession,
  createModel,
  type LoadOptions,
  loadModel,
  Model,
} from './model.ts';
