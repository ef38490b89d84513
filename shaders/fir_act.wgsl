// fir and bias_act in one kernel: u is never stored. Forward only: the backward pass is that of the two.
//
//   y = bias_act( Σ_ab f[a] · f[b] · t[c, y+a−1, x+b−1] )            f = [1,3,3,1]/4, zero outside t
//
// forward  t (N,C,H+1,W+1), demodulation (N,C), noise (H,W), bias (C)  → y (N,C,H,W)
//
// For all channels of a layer at once: where t comes in parts, fir and bias_act run separately.
// uses lib/layout, lib/cells, lib/filter, lib/activation

struct Params {
  samples: u32, channels: u32, height: u32, width: u32,
  slope: f32, gain: f32, clamp: f32, noise_gain: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cell_list: array<u32>;
@group(0) @binding(2) var<storage, read> t: array<vec4f>;
@group(0) @binding(3) var<storage, read> demodulation: array<vec4f>;
@group(0) @binding(4) var<storage, read> noise: array<f32>;
@group(0) @binding(5) var<storage, read> bias: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel_quads = quads(params.channels);
  let work = cell_work(linear_workgroup(id, count) * 64u + lane, channel_quads, params.samples);
  if (!work.valid) { return; }
  let sum = filtered(work.sample, work.row, work.column, work.quad);
  let pixel = work.row * params.width + work.column;
  let at = (work.sample * params.height * params.width + pixel) * channel_quads + work.quad;
  y[at] = activated(sum, work.sample, pixel, work.quad, params.channels);
}
