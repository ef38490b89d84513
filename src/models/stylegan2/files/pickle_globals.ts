import type { PickleObject } from '../../../formats/pickle/pickle_values.ts';

/**
 * True for a module of the official PyTorch files, which a function makes from a dict that says its class and state;
 * programs that took the official ones in have the function in a folder of their own.
 */
export const isPersistentObject = ({ global }: PickleObject): boolean =>
  /(^|\.)persistence\._reconstruct_persistent_obj$/.test(global.name);

/** True for a network of the official TensorFlow files. */
export const isTensorflowNetwork = ({ global }: PickleObject): boolean =>
  /(^|\.)tflib\.network\.Network$/.test(global.name);
