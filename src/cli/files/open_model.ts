import type { Model, Precision } from '../../library/api.ts';
import { nodeShaders } from '../../node/gpu/node_shaders.ts';
import type { Progress } from '../progress.ts';
import type { ModelFile } from './model_file.ts';

/** A model on a device of this machine. */
export interface OpenModel {
  model: Model;
  /** The adapter in words. */
  adapter: string;
  close(): void;
}

export interface OpenOptions {
  readonly precision: Precision | undefined;
  /** True to take the kernels that were measured as the fastest on this adapter. */
  readonly autotuned: boolean;
}

/**
 * Opens a device and puts the model on it. The engine is loaded here, so that commands which need none start at once.
 * @throws NoAdapterError, DeviceLimitError
 */
export async function openModel(
  file: ModelFile,
  progress: Progress,
  { precision, autotuned }: OpenOptions,
): Promise<OpenModel> {
  for (const note of file.notes) progress.note(note);
  progress.update('opening a device');
  const [{ openNodeGpu }, { createModel, openEngine }, { useKeptChoices }] = await Promise.all([
    import('../../node/gpu/node_gpu.ts'),
    import('../../library/api.ts'),
    import('./kept_kernel_choices.ts'),
  ]);
  const { gpu, driver } = await openNodeGpu();
  const engine = await openEngine(gpu, { shaders: nodeShaders });
  if (autotuned) await useKeptChoices(engine, (line) => progress.finish(line));
  const model = await createModel(engine, file.weights, {
    precision,
    onProgress: (fraction, what) => progress.update(`${Math.round(100 * fraction)} % ${what}`),
  });
  return {
    model,
    adapter: driver,
    close() {
      model.destroy();
      engine.destroy();
    },
  };
}
