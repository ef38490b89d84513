import { batchOperations } from './batch_operations.ts';
import { convolutionOperations } from './convolution_operations.ts';
import { dragOperations } from './drag_operations.ts';
import { fusedOperations } from './fused_operations.ts';
import { imageOperations } from './image_operations.ts';
import { latentOperations } from './latent_operations.ts';
import { networkOperations } from './network_operations.ts';
import { noiseOperations } from './noise_operations.ts';
import type { Operation } from './operation.ts';
import { trainingOperations } from './training_operations.ts';
import { winogradOperations } from './winograd_operations.ts';

/** The table of all operations, one row each: plan, tests, autotuner, profiler and documentation iterate over it. */
export const operations = {
  ...networkOperations,
  ...convolutionOperations,
  ...batchOperations,
  ...fusedOperations,
  ...winogradOperations,
  ...dragOperations,
  ...latentOperations,
  ...trainingOperations,
  ...imageOperations,
  ...noiseOperations,
};

export type OperationName = keyof typeof operations;

/** The table as one type, for code that iterates over it. */
export const operationTable: Readonly<Record<OperationName, Operation>> = operations;
