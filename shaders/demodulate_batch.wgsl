// Demodulation of several layers of one sample in one dispatch.
//
//   d[o] = 1 / sqrt( Σ_i energy[o,i] · s[i]² + 1e-8 )                                for every member of the batch
//
// forward   members, energy, styles                                    → demodulation
// backward  members, energy, styles, demodulation, d_demodulation      → d_styles
//
// As demodulate.wgsl, which has the formulas. The tensors hold those of all members, each from where `members` says.
// Backward: a workgroup makes the gradients of 64 inputs, neighbours of which read neighbouring energies, with the outputs
// in four parts.
// uses lib/layout, lib/reductions, lib/batch

struct Params { members: u32 }

struct Member {
  first: u32, inputs: u32, outputs: u32, accumulate: u32,
  /// Words before the member's tensors.
  energy_at: u32, styles_at: u32, demodulation_at: u32, d_demodulation_at: u32, d_styles_at: u32,
  unused: array<u32, 7>,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> members: array<Member>;
@group(0) @binding(2) var<storage, read> energy: array<f32>;
@group(0) @binding(3) var<storage, read> styles: array<f32>;
@group(0) @binding(4) var<storage, read_write> demodulation: array<f32>;
@group(0) @binding(5) var<storage, read> d_demodulation: array<f32>;
@group(0) @binding(6) var<storage, read_write> d_styles: array<f32>;

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
      if (i < member.inputs) {
        let s = styles[member.styles_at + i];
        sum += energy[member.energy_at + output * member.inputs + i] * s * s;
      }
    }
  }
  sum = workgroup_sum(lane, sum);
  if (lane == 0u && output < quads(member.outputs) * 4u) {
    demodulation[member.demodulation_at + output] = select(0.0, inverseSqrt(sum + 1e-8), output < member.outputs);
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
        let d = demodulation[member.demodulation_at + o];
        sum -= d_demodulation[member.d_demodulation_at + o] * d * d * d * energy[member.energy_at + o * member.inputs + input];
      }
    }
  }
  sum = sum_of_quarters(lane, sum);
  if (lane < 64u && input < quads(member.inputs) * 4u) {
    let at = member.d_styles_at + input;
    // Padding has no energy, and its styles are zero.
    d_styles[at] = select(0.0, d_styles[at], member.accumulate != 0u) + sum * styles[member.styles_at + input];
  }
}
