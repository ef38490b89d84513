// The gradient of the modulated input, by lanes: what conv3x3_lanes and conv3x3_lanes_layer share.
//
//   d_modulated[n,i,y,x] = Σ_o Σ_ab W[o,i,a,b] · d_u[n,o,y−a+1,x−b+1]            zero outside the map
//
// Needs lib/layout, lib/cells, lib/lanes, lib/lane_cells, lib/weights, and d_u.

/// A lane's parts, for the eight cells of its set and four input channels.
fn lane_gradients_at(work: LaneWork, invocation: u32) -> array<vec4f, 8> {
  let input_quads = quads(params.inputs);
  let output_quads = quads(params.outputs);
  let share = lane_share(invocation, output_quads);
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
      let offset = 1 - vec2i(i32(tap / 3u), i32(tap % 3u));
      var from_u: array<Near, 8>;
      for (var k = 0u; k < 8u; k++) { from_u[k] = near(work.sample, cells[k], offset); }
      for (var quad_step = 0u; quad_step < most_steps; quad_step++) {
        if (quad_step >= quad_steps) { break; }
        let o = quad_step * share.quads_at_once + share.first_quad;
        if (o < output_quads) {
          let w = weight_at((tap * input_quads + work.quad) * output_quads + o);
          for (var k = 0u; k < 8u; k++) { sums[k] += (from_u[k].factor * d_u[from_u[k].pixel * output_quads + o]) * w; }
        }
      }
    }
  }
  return sums;
}
