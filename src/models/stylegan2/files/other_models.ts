/** Models that are told by the names of their tensors, and that people try to open. The first that fits counts. */
const known: readonly (readonly [what: string, names: RegExp])[] = [
  ['StyleGAN3', /(^|\.)synthesis\.(input\.(freqs|phases|affine)|L\d+_)/],
  [
    'a diffusion model',
    /(^|\.)(model\.diffusion_model|first_stage_model|denoise_fn|time_embed(ding)?|down_blocks|input_blocks)\./,
  ],
  [
    'BigGAN',
    /(^|\.)(shared\.weight|generator\.gen_z\.weight|blocks\.\d+\.\d+\.(conv1|bn1)\.|generator\.layers\.\d+\.bn_0\.)/,
  ],
  [
    'StyleGAN (the first)',
    /(^|\.)(g_synthesis|g_mapping|progression\.\d+|generator\.progression)\./,
  ],
  ['a transformer', /(^|\.)(self_attn|attention\.self|transformer\.h\.\d+)\./],
  ['a discriminator or encoder alone', /(^|\.)(final_conv|final_linear|fromrgb|input_layer)\./],
];

/**
 * What kind of model has tensors of these names, or a class of this name, if it is one that we know and cannot take.
 * @param className of the module, where the file has one
 * @param place of the StyleGAN2 generator in it, where it has one
 */
export function otherModel(
  names: readonly string[],
  { className = '', place }: { readonly className?: string; readonly place?: string },
): string | undefined {
  if (place !== undefined)
    return /(^|\.)backbone$/.test(place) ? 'EG3D, which draws planes of a scene' : undefined;
  if (/biggan/i.test(className)) return 'BigGAN';
  return known.find(([, pattern]) => names.some((name) => pattern.test(name)))?.[0];
}
