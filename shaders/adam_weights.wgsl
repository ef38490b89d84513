// Adam, in place, over a tensor of a network in any layout: the gradient of padding is zero, so padding stays zero.
//
//   m ← β₁·m + (1 − β₁)·g      v ← β₂·v + (1 − β₂)·g²      w ← w − rate / c₁ · m / (sqrt(v) / sqrt(c₂) + ε)
//
// forward  d_w (length)   → w, first_moment m, second_moment v (length)
//
// The corrections c = 1 − βᵗ are parameters: all tensors of a network are at the same step t. Source: Kingma and Ba
// 2015, algorithm 1.
// uses lib/layout, lib/adam

struct Params { length: u32, learning_rate: f32, first_correction: f32, second_correction: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> w: array<f32>;
@group(0) @binding(2) var<storage, read> d_w: array<f32>;
@group(0) @binding(3) var<storage, read_write> first_moment: array<f32>;
@group(0) @binding(4) var<storage, read_write> second_moment: array<f32>;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = linear_workgroup(id, count) * 64u + lane;
  if (at >= params.length) { return; }
  adam_step(at, d_w[at], params.learning_rate, params.first_correction, params.second_correction);
}
