import { numpyGlobals } from '../../../formats/numpy/numpy_array.ts';
import { tensorGlobals } from '../../../formats/torch/torch_tensor.ts';

/** Makes a module of the official PyTorch files from a dict that says its class and state. */
export const persistentObject = 'torch_utils.persistence._reconstruct_persistent_obj';
/** A network of the official TensorFlow files. */
export const tensorflowNetwork = 'dnnlib.tflib.network.Network';

/** Globals that such files name for objects beside the generator, which are not read. */
const besideGenerators: readonly string[] = [
  'argparse.Namespace',
  'builtins.bytearray',
  'builtins.dict',
  'builtins.list',
  'builtins.object',
  'builtins.set',
  '__builtin__.object',
  '__builtin__.set',
  'collections.defaultdict',
  'copyreg._reconstructor',
  'copy_reg._reconstructor',
  'torch.Size',
  'torch.device',
  'torch.bfloat16',
  'torch.float16',
  'torch.float32',
  'torch.float64',
  'torch.nn.modules.container.ModuleDict',
  'torch.nn.modules.container.ModuleList',
  'torch.nn.modules.container.Sequential',
  'torch.nn.modules.linear.Identity',
];

/**
 * All globals that a model's pickle may name. Naming one does nothing: a pickle is read as data, and a reader knows
 * what the object means. A file that names any other global is refused, with a message that names it.
 */
export const pickleGlobals: ReadonlySet<string> = new Set([
  ...tensorGlobals,
  ...numpyGlobals,
  ...besideGenerators,
  persistentObject,
  tensorflowNetwork,
  'dnnlib.util.EasyDict',
]);
