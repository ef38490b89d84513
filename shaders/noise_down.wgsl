// The next level of a noise map's pyramid: the means of 2×2 pixels, times 2, which keeps the variance of white noise.
//
//   coarse[i,j] = ½ · Σ_ab x[2i+a, 2j+b]
//
// forward   x (H,W)    → coarse (H/2,W/2)
// backward  d_coarse   → d_x[y,x] = ½ · d_coarse[y/2, x/2]
//
// One invocation for each pixel of the result. Source: Karras et al. 2020, appendix D.
// uses lib/layout

struct Params { height: u32, width: u32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> coarse: array<f32>;
@group(0) @binding(3) var<storage, read> d_coarse: array<f32>;
@group(0) @binding(4) var<storage, read_write> d_x: array<f32>;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = linear_workgroup(id, count) * 64u + lane;
  let width = params.width / 2u;
  if (at >= params.height / 2u * width) { return; }
  let first = 2u * (at / width * params.width + at % width);
  coarse[at] = 0.5 * (x[first] + x[first + 1u] + x[first + params.width] + x[first + params.width + 1u]);
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = linear_workgroup(id, count) * 64u + lane;
  if (at >= params.height * params.width) { return; }
  let source = at / params.width / 2u * (params.width / 2u) + at % params.width / 2u;
  d_x[at] = select(0.0, d_x[at], params.accumulate != 0u) + 0.5 * d_coarse[source];
}
