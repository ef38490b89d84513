// Adam, in place, with bias correction; ε is added after the square root.
//
//   m ← β₁·m + (1 − β₁)·g      v ← β₂·v + (1 − β₂)·g²      w ← w − rate / (1 − β₁ᵗ) · m / (sqrt(v) / sqrt(1 − β₂ᵗ) + ε)
//
// count    status: iteration t, and the corrections 1 − βᵗ
// forward  d_w (rows,length), status   → w, first_moment m, second_moment v (rows,length)
//
// Once the drag has stopped nothing changes. Source: Kingma and Ba 2015, algorithm 1; SPEC §3.
// uses lib/layout, lib/status, lib/adam, lib/adam_count

struct Params { rows: u32, length: u32, learning_rate: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> w: array<f32>;
@group(0) @binding(2) var<storage, read> d_w: array<f32>;
@group(0) @binding(3) var<storage, read_write> first_moment: array<f32>;
@group(0) @binding(4) var<storage, read_write> second_moment: array<f32>;
@group(0) @binding(5) var<storage, read_write> status: Status;

@compute @workgroup_size(1)
fn count() { count_step(); }

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) id: vec3u) {
  if (status.stopped != 0.0 || id.x >= params.rows * params.length) { return; }
  let at = id.x / params.length * vector_stride(params.length) + id.x % params.length;
  adam_step(at, d_w[at], params.learning_rate, status.first_correction, status.second_correction);
}
