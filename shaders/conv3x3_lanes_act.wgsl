// conv3x3_lanes and bias_act in one kernel: u is never stored. Forward only: the backward pass is that of the two, or of
// conv3x3_lanes_layer.
//
//   y = bias_act( Σ_i Σ_ab W · s · x )
//
// forward  x (N,I,H,W), styles (N,I), weight (O,I,3,3), demodulation (N,O), noise (H,W), bias (O)  → y (N,O,H,W)
//
// uses lib/layout, lib/cells, lib/lanes, lib/lane_cells, lib/weights, lib/lane_sums, lib/activation

struct Params {
  samples: u32, inputs: u32, outputs: u32, height: u32, width: u32,
  slope: f32, gain: f32, clamp: f32, noise_gain: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cell_list: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> styles: array<vec4f>;
@group(0) @binding(4) var<storage, read> weight: array<WeightBlock>;
@group(0) @binding(5) var<storage, read> demodulation: array<vec4f>;
@group(0) @binding(6) var<storage, read> noise: array<f32>;
@group(0) @binding(7) var<storage, read> bias: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(256)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let output_quads = quads(params.outputs);
  let work = lane_work(linear_workgroup(id, count), output_quads);
  if (!work.valid) { return; }
  add_lanes(lane, lane_sums_at(work, lane));
  let k = work.cells_from + lane;
  if (lane >= 32u || k >= cell_count()) { return; }
  let cell = cell_at(k);
  let pixel = cell.x * params.width + cell.y;
  let at = (work.sample * params.height * params.width + pixel) * output_quads + work.quad;
  y[at] = activated(lane_sums[lane], work.sample, pixel, work.quad, params.outputs);
}
