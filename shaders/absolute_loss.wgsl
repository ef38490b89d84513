// The mean absolute value of a map: a loss.
//
//   loss = 1 / (N·C·H·W) · Σ |x|            losses[n,y] is the share of one row of pixels
//
// forward   x (N,C,H,W)   → losses (N,H)
// backward  x             → d_x = sign(x) / (N·C·H·W)
//
// Forward: one workgroup a row, in a fixed order. Backward: one invocation a pixel and four channels. Padding channels
// are zero. The image loss sums it over a Laplacian pyramid. Source: Bojanowski et al. 2018, section 3.2.
// uses lib/layout, lib/reductions

struct Params { samples: u32, channels: u32, height: u32, width: u32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> losses: array<f32>;
@group(0) @binding(3) var<storage, read_write> d_x: array<vec4f>;

fn scale() -> f32 { return 1.0 / f32(params.samples * params.channels * params.height * params.width); }

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = linear_workgroup(id, count);
  let length = params.width * quads(params.channels);
  var sum = vec4f();
  if (row < params.samples * params.height) {
    for (var k = lane; k < length; k += 64u) { sum += abs(x[row * length + k]); }
  }
  sum = workgroup_sum4(lane, sum);
  if (lane == 0u && row < params.samples * params.height) { losses[row] = scale() * dot(sum, vec4f(1.0)); }
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = linear_workgroup(id, count) * 64u + lane;
  if (at >= params.samples * params.height * params.width * quads(params.channels)) { return; }
  d_x[at] = select(vec4f(), d_x[at], params.accumulate != 0u) + scale() * sign(x[at]);
}
