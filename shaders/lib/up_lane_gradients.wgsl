// The gradient of the modulated input, by lanes: what conv3x3_up_lanes and conv3x3_up_lanes_layer share.
//
//   d_modulated[n,i,y,x] = Σ_o Σ_ab W[o,i,a,b] · d_t[n,o,2y+a,2x+b]
//
// Needs lib/layout, lib/cells, lib/lanes, lib/lane_cells, lib/weights, and d_t.

/// A lane's parts, for the eight cells of its set and four input channels.
fn lane_gradients_at(work: LaneWork, invocation: u32) -> array<vec4f, 8> {
  let input_quads = quads(params.inputs);
  let output_quads = quads(params.outputs);
  let height = 2u * params.height + 1u;
  let width = 2u * params.width + 1u;
  let share = lane_share(invocation, output_quads);
  let tap_steps = share.tap_steps;
  let quad_steps = share.quad_steps;
  var sums: array<vec4f, 8>;
  let first = set_from(work, invocation);
  if (first >= cell_count()) { return sums; }
  let cells = eight_cells(first);
  var from_t: array<u32, 8>;
  for (var k = 0u; k < 8u; k++) { from_t[k] = (work.sample * height + 2u * cells[k].x) * width + 2u * cells[k].y; }
  for (var tap_step = 0u; tap_step < 9u; tap_step++) {
    if (tap_step >= tap_steps) { break; }
    let tap = tap_step * share.taps_at_once + share.first_tap;
    if (tap < 9u) {
      let offset = tap / 3u * width + tap % 3u;
      for (var quad_step = 0u; quad_step < most_steps; quad_step++) {
        if (quad_step >= quad_steps) { break; }
        let o = quad_step * share.quads_at_once + share.first_quad;
        if (o < output_quads) {
          let w = weight_at((tap * input_quads + work.quad) * output_quads + o);
          for (var k = 0u; k < 8u; k++) { sums[k] += d_t[(from_t[k] + offset) * output_quads + o] * w; }
        }
      }
    }
  }
  return sums;
}
