// conv3x3_split_k with bias_act in its second pass: u is never stored. Forward only: the backward pass is that of the
// two.
//
//   y = bias_act( Σ_splits parts )
//
// forward_parts  x (N,I,H,W), styles (N,I), weight (O,I,3,3)          → parts (splits,O,N,listed), as in conv3x3_split_k
// forward        parts, demodulation (N,O), noise (H,W), bias (O)     → y (N,O,H,W)
//
// uses lib/layout, lib/cells, lib/four_cells, lib/shares, lib/weights, lib/split_parts, lib/activation

struct Params {
  samples: u32, inputs: u32, outputs: u32, height: u32, width: u32, splits: u32, listed: u32, cells_first: u32,
  slope: f32, gain: f32, clamp: f32, noise_gain: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cell_list: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> styles: array<vec4f>;
@group(0) @binding(4) var<storage, read> weight: array<WeightBlock>;
@group(0) @binding(5) var<storage, read_write> parts: array<vec4f>;
@group(0) @binding(6) var<storage, read> demodulation: array<vec4f>;
@group(0) @binding(7) var<storage, read> noise: array<f32>;
@group(0) @binding(8) var<storage, read> bias: array<vec4f>;
@group(0) @binding(9) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let output_quads = quads(params.outputs);
  let index = linear_workgroup(id, count) * 64u + lane;
  let work = cell_work(index, output_quads, params.samples);
  if (!work.valid) { return; }
  let sum = sum_of_parts(index, work.sample, work.quad);
  let pixel = work.row * params.width + work.column;
  let at = (work.sample * params.height * params.width + pixel) * output_quads + work.quad;
  y[at] = activated(sum, work.sample, pixel, work.quad, params.outputs);
}
