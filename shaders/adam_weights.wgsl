// Adam, in place, over a tensor of a network, whatever its layout: padding has no gradient, and stays zero.
//
//   m ← β₁·m + (1 − β₁)·g      v ← β₂·v + (1 − β₂)·g²      w ← w − rate · (m / c₁) / (sqrt(v / c₂) + ε)
//
// forward  d_w (length)   → w, first_moment m, second_moment v (length)
//
// The corrections c = 1 − βᵗ are parameters: all tensors of a network are at the same step t. Source: Kingma and Ba 2015,
// algorithm 1.
// uses lib/layout

struct Params { length: u32, learning_rate: f32, first_correction: f32, second_correction: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> w: array<f32>;
@group(0) @binding(2) var<storage, read> d_w: array<f32>;
@group(0) @binding(3) var<storage, read_write> first_moment: array<f32>;
@group(0) @binding(4) var<storage, read_write> second_moment: array<f32>;

const first_decay = 0.9;
const second_decay = 0.999;
const epsilon = 1e-8;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = linear_workgroup(id, count) * 64u + lane;
  if (at >= params.length) { return; }
  let gradient = d_w[at];
  let first = first_decay * first_moment[at] + (1.0 - first_decay) * gradient;
  let second = second_decay * second_moment[at] + (1.0 - second_decay) * gradient * gradient;
  first_moment[at] = first;
  second_moment[at] = second;
  let scale = sqrt(second / params.second_correction) + epsilon;
  w[at] -= params.learning_rate * (first / params.first_correction) / scale;
}
