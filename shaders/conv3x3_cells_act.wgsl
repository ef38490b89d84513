// conv3x3_cells and bias_act in one kernel: u is never stored. Forward only: the backward pass is that of the two.
//
//   y = bias_act( Σ_i Σ_ab W[o,i,a,b] · s[n,i] · x[n,i,y+a−1,x+b−1] )
//
// forward  x (N,I,H,W), styles (N,I), weight (O,I,3,3), demodulation (N,O), noise (H,W), bias (O)  → y (N,O,H,W)
//
// uses lib/layout, lib/cells, lib/four_cells, lib/shares, lib/weights, lib/cell_sums, lib/activation

struct Params {
  samples: u32, inputs: u32, outputs: u32, height: u32, width: u32, cells_first: u32,
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

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let output_quads = quads(params.outputs);
  let share = share_of(linear_workgroup(id, count) * 64u + lane, group_count(), output_quads);
  if (!share.valid) { return; }
  let four = four_cells(share.group);
  let sums = sums_at(four, share.quad);
  for (var k = 0u; k < 4u; k++) {
    let pixel = four.cells[k].x * params.width + four.cells[k].y;
    let at = (four.sample * params.height * params.width + pixel) * output_quads + share.quad;
    if (k < four.count) { y[at] = activated(sums[k], four.sample, pixel, share.quad, params.outputs); }
  }
}
