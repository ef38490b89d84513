// Adam with one second moment for all values together, in place: the step keeps the direction of the smoothed gradient.
//
//   m ← β₁·m + (1 − β₁)·g      v ← β₂·v + (1 − β₂)·mean_i g_i²      w ← w − rate / c₁ · m / (sqrt(v) / sqrt(c₂) + ε)
//
// count    status: iteration t, and the corrections c₁ = 1 − β₁ᵗ, c₂ = 1 − β₂ᵗ
// forward  d_w (length), status   → w, first_moment m (length), second_moment v (1)
//
// Adam itself steps every value equally far at first, also those that hardly matter to the loss. In coordinates that
// are equally likely in all directions that changes whatever the picture need not change; this step does not.
// One workgroup. Once the drag has stopped nothing changes.
// uses lib/reductions, lib/status, lib/adam, lib/adam_count

struct Params { length: u32, learning_rate: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> w: array<f32>;
@group(0) @binding(2) var<storage, read> d_w: array<f32>;
@group(0) @binding(3) var<storage, read_write> first_moment: array<f32>;
@group(0) @binding(4) var<storage, read_write> second_moment: array<f32>;
@group(0) @binding(5) var<storage, read_write> status: Status;

@compute @workgroup_size(1)
fn count() { count_step(); }

@compute @workgroup_size(64)
fn forward(@builtin(local_invocation_index) lane: u32) {
  // Read by all before the sum's barriers, so that one invocation may write it after them.
  let before = second_moment[0];
  var squares = 0.0;
  for (var i = lane; i < params.length; i += 64u) { squares += d_w[i] * d_w[i]; }
  let mean = workgroup_sum(lane, squares) / f32(params.length);
  if (status.stopped != 0.0) { return; }
  let second = second_decay * before + (1.0 - second_decay) * mean;
  let scale = sqrt(second) / sqrt(status.second_correction) + epsilon;
  for (var i = lane; i < params.length; i += 64u) {
    let first = first_decay * first_moment[i] + (1.0 - first_decay) * d_w[i];
    first_moment[i] = first;
    w[i] -= params.learning_rate / status.first_correction * first / scale;
  }
  if (lane == 0u) { second_moment[0] = second; }
}
