// What follows a modulated convolution, for a pixel and four channels: the formula of bias_act.
//
//   v = demodulation · u + noise_gain · noise + bias            y = clamp( gain · (v > 0 ? v : slope · v), ±clamp )
//
// Padding channels get no noise and stay zero. Needs lib/layout, and demodulation, noise and bias.

/// `pixel` counts those of one map.
fn activated(u: vec4f, sample: u32, pixel: u32, quad: u32, channels: u32) -> vec4f {
  let v = demodulation[sample * vector_stride(channels) / 4u + quad] * u + added(pixel, quad, channels);
  let y = params.gain * select(params.slope * v, v, v > vec4f());
  return clamp(y, vec4f(-params.clamp), vec4f(params.clamp));
}

/// Noise and bias.
fn added(pixel: u32, quad: u32, channels: u32) -> vec4f {
  return params.noise_gain * noise[pixel] * real_channels(quad, channels) + bias[quad];
}
