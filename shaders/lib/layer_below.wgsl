// What follows the gradient of a modulated input x̃ = s · x, where x is what bias_act made in the layer below: its value u
// before demodulation gets its gradient in the place of x, which nobody reads any more.
//
//   d_u = demodulation · d_v        d_v = slope(x) · s · d_modulated        slope: gain · (1 or params.slope), 0 where clamped
//
// and for the styles s of this layer, and the demodulation and bias of the one below, the sums over a workgroup's 32 cells,
// in the order of the list:
//
//   row 0   Σ x · d_modulated
//   row 1   Σ s · d_modulated · x − d_v · noise_gain · noise              clamped values left out
//   row 2   Σ d_v
//
// from which layer_sums makes the gradients of the styles and of demodulation. A workgroup that no cell is left for has
// sums of zero, since all of them are read. Cells of the ring get zero. Needs lib/layout, lib/cells, lib/lanes,
// lib/lane_cells, lane_gradients_at, and x, styles, demodulation, noise and sums.

@compute @workgroup_size(256)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let group = linear_workgroup(id, count);
  let part = group / input_quads;
  if (part >= params.samples * params.groups) {
    clear_ring((group - params.samples * params.groups * input_quads) * 256u + lane);
    return;
  }
  // With as many groups of cells as the list may have, not as it has.
  let work = LaneWork(part / params.groups, group % input_quads, 32u * (part % params.groups), true);
  let k = work.cells_from + lane;
  var rows = array(vec4f(), vec4f(), vec4f());
  if (work.cells_from < cell_count()) {
    add_lanes(lane, lane_gradients_at(work, lane));
    if (lane < 32u && k < cell_count()) { rows = go_below(work, cell_at(k), lane_sums[lane]); }
  }
  workgroupBarrier();
  if (lane < 32u) {
    for (var row = 0u; row < 3u; row++) { lane_parts[row * 32u + lane] = rows[row]; }
  }
  workgroupBarrier();
  if (lane < 3u) {
    var sum = lane_parts[lane * 32u];
    for (var cell = 1u; cell < 32u; cell++) { sum += lane_parts[lane * 32u + cell]; }
    sums[(part * 3u + lane) * input_quads + work.quad] = sum;
  }
}

/// Puts d_u in the place of x at a cell, and gives its terms of the three sums.
fn go_below(work: LaneWork, cell: vec2u, d_modulated: vec4f) -> array<vec4f, 3> {
  let vector_at = work.sample * vector_stride(params.inputs) / 4u + work.quad;
  let pixel = cell.x * params.width + cell.y;
  let at = (work.sample * params.height * params.width + pixel) * quads(params.inputs) + work.quad;
  let value = x[at];
  let d_x = styles[vector_at] * d_modulated;
  let inside = abs(value) < vec4f(params.clamp);
  let slope = select(vec4f(), params.gain * select(vec4f(params.slope), vec4f(1.0), value > vec4f()), inside);
  let d_v = slope * d_x;
  x[at] = demodulation[vector_at] * d_v;
  let d_v_u = d_x * select(vec4f(), value, inside) - d_v * params.noise_gain * noise[pixel];
  return array(value * d_modulated, d_v_u, d_v);
}

/// Zero in the place of x, for one cell of the ring and four channels.
fn clear_ring(index: u32) {
  let input_quads = quads(params.inputs);
  let ring = count_with_ring() - cell_count();
  let k = index / input_quads;
  if (ring == 0u || k >= ring * params.samples) { return; }
  let cell = cell_at(cell_count() + k % ring);
  let pixel = (k / ring * params.height + cell.x) * params.width + cell.y;
  x[pixel * input_quads + index % input_quads] = vec4f();
}
