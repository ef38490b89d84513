// Fully-connected layers of one sample that do not wait for each other, in one dispatch: the styles of all layers.
//
//   y[o] = gain · act( weight_gain · Σ_i x[i] · W[o,i] + bias_gain · b[o] )          for every member of the batch
//
// forward   members, x, weight, bias     → y
// backward  members, weight, y, d_y      → d_x
//
// As fully_connected.wgsl, which has the formulas. The tensors hold those of all members, each from where `members` says.
// Forward: one workgroup an output. Backward: a workgroup makes the gradients of 64 inputs, neighbours of which read
// neighbouring weights, with the outputs in four parts: with 512 channels eight workgroups a layer, together enough for a
// GPU.
// uses lib/layout, lib/reductions, lib/batch

struct Params { members: u32 }

struct Member {
  first: u32, inputs: u32, outputs: u32, accumulate: u32,
  /// Words before the member's tensors: x or d_x, y, and bias or d_y.
  weight_at: u32, x_at: u32, y_at: u32, other_at: u32,
  weight_gain: f32, bias_gain: f32, slope: f32, gain: f32,
  unused: vec4u,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> members: array<Member>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<storage, read> d_y: array<f32>;
@group(0) @binding(7) var<storage, read_write> d_x: array<f32>;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = linear_workgroup(id, count);
  let member = members[member_of(group)];
  let output = group - member.first;
  let steps = (member.inputs + 63u) / 64u;
  var sum = 0.0;
  if (output < member.outputs) {
    for (var step = 0u; step < most_steps; step++) {
      if (step >= steps) { break; }
      let i = step * 64u + lane;
      if (i < member.inputs) { sum += x[member.x_at + i] * weight[member.weight_at + output * member.inputs + i]; }
    }
  }
  sum = workgroup_sum(lane, sum);
  if (lane == 0u && output < quads(member.outputs) * 4u) {
    var value = 0.0;
    if (output < member.outputs) {
      let v = member.weight_gain * sum + member.bias_gain * bias[member.other_at + output];
      value = member.gain * select(member.slope * v, v, v > 0.0);
    }
    y[member.y_at + output] = value;
  }
}

@compute @workgroup_size(256)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = linear_workgroup(id, count);
  let member = members[member_of(group)];
  let input = (group - member.first) * 64u + lane % 64u;
  let steps = (member.outputs + 3u) / 4u;
  let start = lane / 64u * steps;
  var sum = 0.0;
  if (input < member.inputs) {
    for (var step = 0u; step < most_steps; step++) {
      if (step >= steps) { break; }
      let o = start + step;
      if (o < member.outputs) {
        let d_v = member.gain * select(member.slope, 1.0, y[member.y_at + o] > 0.0) * d_y[member.other_at + o];
        sum += d_v * weight[member.weight_at + o * member.inputs + input];
      }
    }
  }
  sum = sum_of_quarters(lane, sum);
  if (lane < 64u && input < member.inputs) {
    let at = member.x_at + input;
    d_x[at] = select(0.0, d_x[at], member.accumulate != 0u) + member.weight_gain * sum;
  }
}
