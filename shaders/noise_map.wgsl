// The noise that a layer adds to each of its channels, from its noise map and strength, where training changes them.
//
//   noise[y,x] = noise_strength · noise_const[y,x]
//
// forward            noise_const (H,W), noise_strength (1)   → noise (H,W)
// backward           noise_strength, d_noise                 → d_noise_const = noise_strength · d_noise
// backward_strength  noise_const, d_noise                    → d_noise_strength = Σ_yx noise_const · d_noise
//
// One invocation a pixel; the sum takes one workgroup. Source: Karras et al. 2019, section 3.2; SPEC §2.
// uses lib/layout, lib/reductions

struct Params { height: u32, width: u32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> noise_const: array<f32>;
@group(0) @binding(2) var<storage, read> noise_strength: array<f32>;
@group(0) @binding(3) var<storage, read_write> noise: array<f32>;
@group(0) @binding(4) var<storage, read> d_noise: array<f32>;
@group(0) @binding(5) var<storage, read_write> d_noise_const: array<f32>;
@group(0) @binding(6) var<storage, read_write> d_noise_strength: array<f32>;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = linear_workgroup(id, count) * 64u + lane;
  if (at < params.height * params.width) { noise[at] = noise_strength[0] * noise_const[at]; }
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = linear_workgroup(id, count) * 64u + lane;
  if (at >= params.height * params.width) { return; }
  d_noise_const[at] = select(0.0, d_noise_const[at], params.accumulate != 0u) + noise_strength[0] * d_noise[at];
}

@compute @workgroup_size(64)
fn backward_strength(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var at = lane; at < params.height * params.width; at += 64u) { sum += noise_const[at] * d_noise[at]; }
  sum = workgroup_sum(lane, sum);
  if (lane == 0u) { d_noise_strength[0] = select(0.0, d_noise_strength[0], params.accumulate != 0u) + sum; }
}
