// The formula of bias_act, for a pixel and four channels.
//
//   v = demodulation · u + noise_gain · noise + bias            y = clamp( gain · (v > 0 ? v : slope · v), ±clamp )
//
// Padding channels get no noise and stay zero. Needs lib/layout, and demodulation, noise and bias.

/// y for a pixel, counted within one sample's map, and four channels.
fn activated(u: vec4f, sample: u32, pixel: u32, quad: u32, channels: u32) -> vec4f {
  let v = demodulation[sample * vector_stride(channels) / 4u + quad] * u + added(pixel, quad, channels);
  let y = params.gain * select(params.slope * v, v, v > vec4f());
  return clamp(y, vec4f(-params.clamp), vec4f(params.clamp));
}

/// The sum of noise and bias.
fn added(pixel: u32, quad: u32, channels: u32) -> vec4f {
  return params.noise_gain * noise[pixel] * real_channels(quad, channels) + bias[quad];
}
