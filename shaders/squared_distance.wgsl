// The mean squared difference of two pictures: a loss.
//
//   loss = factor / (N·C·H·W) · Σ (image − target_image)²           losses[n,y] is the share of one row of pixels
//
// forward   image (N,C,H,W), target_image (N,C,H,W)   → losses (N,H)
// backward  image, target_image                       → d_image = 2 · factor / (N·C·H·W) · (image − target_image)
//
// Forward: one workgroup a row, in a fixed order. Backward: one invocation a pixel and four channels. Padding channels
// are zero in both. Source: the L2 term of Roich et al. 2021, section 3.
// uses lib/layout, lib/reductions

struct Params { samples: u32, channels: u32, height: u32, width: u32, accumulate: u32, factor: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> image: array<vec4f>;
@group(0) @binding(2) var<storage, read> target_image: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> losses: array<f32>;
@group(0) @binding(4) var<storage, read_write> d_image: array<vec4f>;

fn scale() -> f32 { return params.factor / f32(params.samples * params.channels * params.height * params.width); }

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = linear_workgroup(id, count);
  let length = params.width * quads(params.channels);
  var sum = 0.0;
  if (row < params.samples * params.height) {
    for (var k = lane; k < length; k += 64u) {
      let difference = image[row * length + k] - target_image[row * length + k];
      sum += dot(difference, difference);
    }
  }
  sum = workgroup_sum(lane, sum);
  if (lane == 0u && row < params.samples * params.height) { losses[row] = scale() * sum; }
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = linear_workgroup(id, count) * 64u + lane;
  if (at >= params.samples * params.height * params.width * quads(params.channels)) { return; }
  let d = 2.0 * scale() * (image[at] - target_image[at]);
  d_image[at] = select(vec4f(), d_image[at], params.accumulate != 0u) + d;
}
