// Truncation: w is copied to all rows of ws, the first `cutoff` of them drawn towards the average w.
//
//   ws[l,n,k] = average[k] + ψ_l · (w[n,k] − average[k])               ψ_l = psi for l < cutoff, else 1
//
// forward    w (N,K), average (K)   → ws (L,N,K)
// backward   d_ws                   → d_w[n,k] = Σ_l ψ_l · d_ws[l,n,k]
//
// Source: Karras et al. 2019, section B (the truncation trick in W); SPEC §1.
// uses lib/layout

struct Params { rows: u32, samples: u32, length: u32, cutoff: u32, psi: f32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> average: array<f32>;
@group(0) @binding(3) var<storage, read_write> ws: array<f32>;
@group(0) @binding(4) var<storage, read> d_ws: array<f32>;
@group(0) @binding(5) var<storage, read_write> d_w: array<f32>;

fn strength(row: u32) -> f32 { return select(1.0, params.psi, row < params.cutoff); }

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = linear_workgroup(id, count) * 64u + lane;
  let k = index % params.length;
  let sample = index / params.length % params.samples;
  let row = index / params.length / params.samples;
  if (row >= params.rows) { return; }
  let stride = vector_stride(params.length);
  let value = w[sample * stride + k];
  let drawn = average[k] + params.psi * (value - average[k]);
  ws[(row * params.samples + sample) * stride + k] = select(value, drawn, row < params.cutoff);
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = linear_workgroup(id, count) * 64u + lane;
  let k = index % params.length;
  let sample = index / params.length;
  if (sample >= params.samples) { return; }
  let stride = vector_stride(params.length);
  var sum = 0.0;
  for (var row = 0u; row < params.rows; row++) {
    sum += strength(row) * d_ws[(row * params.samples + sample) * stride + k];
  }
  let at = sample * stride + k;
  d_w[at] = select(0.0, d_w[at], params.accumulate != 0u) + sum;
}
