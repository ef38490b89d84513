import type { DragDefaults } from '../stylegan2/config.ts';
import type { Command } from './command.ts';
import { readModelFile } from './model_file.ts';

export const info: Command = {
  summary: 'says what a model file holds, as a JSON object',
  usage: 'MODEL',
  options: {},
  async run({ model }) {
    const { config, file, length } = await readModelFile(model);
    const described = {
      format: file.format,
      bytes: length,
      resolution: config.resolution,
      img_channels: config.imgChannels,
      channels: Object.fromEntries(config.channels),
      z_dim: config.zDim,
      c_dim: config.cDim,
      w_dim: config.wDim,
      num_ws: config.numWs,
      mapping_layers: config.mappingLayers,
      conv_clamp: config.convClamp,
      truncates: config.truncates,
      parameters: config.parameters,
      drag_defaults: config.dragDefaults && showDragDefaults(config.dragDefaults),
    };
    return JSON.stringify(described, null, 2);
  },
};

/** The names of the file, which are those of the command's options too. */
function showDragDefaults({ featureBlock, ...others }: DragDefaults) {
  return { feature_block: featureBlock, ...others };
}
