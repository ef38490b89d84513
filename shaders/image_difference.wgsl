// The difference of a picture from the one that it should become. The image loss is linear up to its absolute values,
// so that one pyramid, of the difference, serves for both pictures.
//
//   difference = image − target_image
//
// forward   image, target_image (N,C,H,W)   → difference (N,C,H,W)
// backward  d_difference                    → d_image
//
// One invocation a pixel and four channels. Source: Karras et al. 2020, section 5 (projection), with another distance.
// uses lib/layout

struct Params { samples: u32, channels: u32, height: u32, width: u32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> image: array<vec4f>;
@group(0) @binding(2) var<storage, read> target_image: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> difference: array<vec4f>;
@group(0) @binding(4) var<storage, read> d_difference: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> d_image: array<vec4f>;

fn count_of_quads() -> u32 { return params.samples * params.height * params.width * quads(params.channels); }

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = linear_workgroup(id, count) * 64u + lane;
  if (at < count_of_quads()) { difference[at] = image[at] - target_image[at]; }
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = linear_workgroup(id, count) * 64u + lane;
  if (at < count_of_quads()) { d_image[at] = select(vec4f(), d_image[at], params.accumulate != 0u) + d_difference[at]; }
}
