// The forward pass of the filter after an up-sampling convolution: what fir and its fused form share. Needs lib/layout and t.

const filter_taps = array<f32, 4>(0.25, 0.75, 0.75, 0.25);

/// t filtered at a pixel, for four of its channels.
fn filtered(sample: u32, pixel_row: u32, pixel_column: u32, quad: u32) -> vec4f {
  let channel_quads = quads(params.channels);
  let width = params.width + 1u;
  var sum = vec4f();
  for (var a = 0u; a < 4u; a++) {
    let row = pixel_row + a;
    if (row < 1u || row > params.height + 1u) { continue; }
    let line = (sample * (params.height + 1u) + row - 1u) * width;
    var along = vec4f();
    for (var b = 0u; b < 4u; b++) {
      let column = pixel_column + b;
      if (column >= 1u && column <= width) { along += filter_taps[b] * t[(line + column - 1u) * channel_quads + quad]; }
    }
    sum += filter_taps[a] * along;
  }
  return sum;
}
