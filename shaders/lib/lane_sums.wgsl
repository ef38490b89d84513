// The forward sums of conv3x3_lanes and its fused form, styles multiplied as x is read. Needs lib/layout, lib/cells,
// lib/lanes, lib/lane_cells, lib/weights, and x and styles.

/// A lane's parts of Σ over taps and input channels, for the eight cells of its set and four output channels.
fn lane_sums_at(work: LaneWork, invocation: u32) -> array<vec4f, 8> {
  let input_quads = quads(params.inputs);
  let output_quads = quads(params.outputs);
  let style = work.sample * vector_stride(params.inputs) / 4u;
  let share = lane_share(invocation, input_quads);
  let tap_steps = share.tap_steps;
  let quad_steps = share.quad_steps;
  var sums: array<vec4f, 8>;
  let first = set_from(work, invocation);
  if (first >= cell_count()) { return sums; }
  let cells = eight_cells(first);
  for (var tap_step = 0u; tap_step < 9u; tap_step++) {
    if (tap_step >= tap_steps) { break; }
    let tap = tap_step * share.taps_at_once + share.first_tap;
    if (tap < 9u) {
      let offset = vec2i(i32(tap / 3u), i32(tap % 3u)) - 1;
      var from_x: array<Near, 8>;
      for (var k = 0u; k < 8u; k++) { from_x[k] = near(work.sample, cells[k], offset); }
      for (var quad_step = 0u; quad_step < most_steps; quad_step++) {
        if (quad_step >= quad_steps) { break; }
        let i = quad_step * share.quads_at_once + share.first_quad;
        if (i < input_quads) {
          let w = weight_at((tap * input_quads + i) * output_quads + work.quad);
          let s = styles[style + i];
          for (var k = 0u; k < 8u; k++) { sums[k] += w * (from_x[k].factor * s * x[from_x[k].pixel * input_quads + i]); }
        }
      }
    }
  }
  return sums;
}
