// The forward sums of conv3x3_modulated and its fused form. Needs lib/layout, lib/four_cells, lib/weights, and modulated.

/// Σ over taps and input channels, for four cells and four output channels.
fn sums_at(four: Four, quad: u32) -> array<vec4f, 4> {
  let input_quads = quads(params.inputs);
  let output_quads = quads(params.outputs);
  var sums: array<vec4f, 4>;
  for (var tap = 0u; tap < 9u; tap++) {
    let offset = vec2i(i32(tap / 3u), i32(tap % 3u)) - 1;
    var from_modulated: array<u32, 4>;
    for (var k = 0u; k < 4u; k++) { from_modulated[k] = neighbour(four.sample, four.cells[k], offset); }
    for (var i = 0u; i < most_steps; i++) {
      if (i >= input_quads) { break; }
      let w = weight_at((tap * input_quads + i) * output_quads + quad);
      for (var k = 0u; k < 4u; k++) {
        if (from_modulated[k] != 0xffffffffu) { sums[k] += w * modulated[from_modulated[k] * input_quads + i]; }
      }
    }
  }
  return sums;
}
