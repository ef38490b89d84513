// conv3x3 over a list of cells: the same formula, tensors and layouts, for the few pixels of a dependency cone.
//
// forward          x, styles, weight   → u at the listed cells
// backward         weight, d_u         → d_modulated at the listed cells
// backward_styles, backward_x, backward_weight   as in conv3x3
//
// One invocation makes four cells of the list, whichever they are, and four channels: a 4×4 block of the weights is read
// once for four cells, so no pixel is computed that the list does not name. Source: SPEC §2, §4.
// uses lib/layout, lib/cells, lib/four_cells, lib/shares, lib/reductions, lib/modulation, lib/weights, lib/cell_gradients, lib/cell_sums, lib/tap_gradient, lib/weight_gradients

struct Params { samples: u32, inputs: u32, outputs: u32, height: u32, width: u32, cells_first: u32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cell_list: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> styles: array<vec4f>;
@group(0) @binding(4) var<storage, read> weight: array<WeightBlock>;
@group(0) @binding(5) var<storage, read_write> u: array<vec4f>;
@group(0) @binding(6) var<storage, read> d_u: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> d_modulated: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> d_styles: array<vec4f>;
@group(0) @binding(9) var<storage, read_write> d_x: array<vec4f>;
@group(0) @binding(10) var<storage, read_write> d_weight: array<mat4x4f>;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let output_quads = quads(params.outputs);
  let share = share_of(linear_workgroup(id, count) * 64u + lane, group_count(), output_quads);
  if (!share.valid) { return; }
  let four = four_cells(share.group);
  let sums = sums_at(four, share.quad);
  for (var k = 0u; k < 4u; k++) {
    if (k < four.count) { u[neighbour(four.sample, four.cells[k], vec2i()) * output_quads + share.quad] = sums[k]; }
  }
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let share = share_of(linear_workgroup(id, count) * 64u + lane, group_count(), input_quads);
  if (!share.valid) { return; }
  let four = four_cells(share.group);
  let sums = gradients_at(four, share.quad);
  for (var k = 0u; k < 4u; k++) {
    if (k < four.count) { d_modulated[neighbour(four.sample, four.cells[k], vec2i()) * input_quads + share.quad] = sums[k]; }
  }
}
