import { type DragDefaults, recommendedOptions } from '../../options/drag_options.ts';
import { readModelFile } from '../files/model_file.ts';
import type { Command } from '../options/command.ts';

export const info: Command = {
  summary: 'says what a model file holds, as a JSON object',
  usage: 'MODEL',
  options: {},
  async run({ model }, progress) {
    const { config, file, length, notes } = await readModelFile(model);
    for (const note of notes) progress.note(note);
    const described = {
      format: file.format,
      bytes: length,
      resolution: config.resolution,
      width: config.width,
      height: config.height,
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

/** The recommended drag options, by their keys in the file. */
function showDragDefaults(defaults: DragDefaults) {
  const { method } = defaults;
  const values = recommendedOptions.map(({ name, key }) => [key, defaults[name]]);
  return { ...Object.fromEntries(values), ...(method && { method }) };
}
