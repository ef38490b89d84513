// The forward sums of conv3x3_cells and its fused form, styles multiplied as x is read. Needs lib/layout, lib/four_cells,
// lib/weights, and x and styles.

/// Σ over taps and input channels, for four cells and four output channels.
fn sums_at(four: Four, quad: u32) -> array<vec4f, 4> {
  let input_quads = quads(params.inputs);
  let output_quads = quads(params.outputs);
  let style = four.sample * vector_stride(params.inputs) / 4u;
  var sums: array<vec4f, 4>;
  for (var tap = 0u; tap < 9u; tap++) {
    let offset = vec2i(i32(tap / 3u), i32(tap % 3u)) - 1;
    var from_x: array<u32, 4>;
    for (var k = 0u; k < 4u; k++) { from_x[k] = neighbour(four.sample, four.cells[k], offset); }
    for (var i = 0u; i < most_steps; i++) {
      if (i >= input_quads) { break; }
      let w = weight_at((tap * input_quads + i) * output_quads + quad);
      let s = styles[style + i];
      for (var k = 0u; k < 4u; k++) {
        if (from_x[k] != 0xffffffffu) { sums[k] += w * (s * x[from_x[k] * input_quads + i]); }
      }
    }
  }
  return sums;
}
