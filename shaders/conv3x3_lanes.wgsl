// conv3x3_cells with its sum over input channels and taps split among the lanes of a workgroup, for layers of few cells
// and many channels on a large GPU: one pass, and no partial sums in the device's memory.
//
// forward          x, styles, weight   → u at the listed cells
// backward         weight, d_u         → d_modulated at the listed cells
// backward_styles, backward_x, backward_weight   as in conv3x3
//
// A workgroup makes four channels of 32 cells; how it does is said in lib/lanes. Source: SPEC §2, §4.
// uses lib/layout, lib/cells, lib/lanes, lib/lane_cells, lib/reductions, lib/modulation, lib/weights, lib/lane_sums, lib/lane_gradients, lib/tap_gradient, lib/weight_gradients

struct Params { samples: u32, inputs: u32, outputs: u32, height: u32, width: u32, accumulate: u32 }

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

@compute @workgroup_size(256)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let output_quads = quads(params.outputs);
  let work = lane_work(linear_workgroup(id, count), output_quads);
  if (!work.valid) { return; }
  add_lanes(lane, lane_sums_at(work, lane));
  let k = work.cells_from + lane;
  if (lane < 32u && k < cell_count()) { u[place(work, k, output_quads)] = lane_sums[lane]; }
}

@compute @workgroup_size(256)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let work = lane_work(linear_workgroup(id, count), input_quads);
  if (!work.valid) { return; }
  add_lanes(lane, lane_gradients_at(work, lane));
  let k = work.cells_from + lane;
  if (lane < 32u && k < cell_count()) { d_modulated[place(work, k, input_quads)] = lane_sums[lane]; }
}

/// Where the workgroup's channels of cell k of the list lie.
fn place(work: LaneWork, k: u32, quad_count: u32) -> u32 {
  let cell = cell_at(k);
  return ((work.sample * params.height + cell.x) * params.width + cell.y) * quad_count + work.quad;
}
