import { join } from 'node:path';
import { packageFolder } from '../../node/files/package_folder.ts';

/** The MODEL that stands for the model which comes with the package. A file of this name is `./demo`. */
export const demoName = 'demo';

/** The file of the model that comes with the package. */
export const demoModel: string = join(packageFolder, 'weights', 'demo.safetensors');

/** The file that a MODEL on the command line means. */
export const modelPath = (model: string): string => (model === demoName ? demoModel : model);
