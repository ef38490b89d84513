// Demodulation: the scale that brings a modulated convolution's output back to unit variance.
//
//   d[n,o] = 1 / sqrt( Σ_i energy[o,i] · s[n,i]² + 1e-8 )              energy[o,i] = Σ_ab W[o,i,a,b]²
//
// forward    energy (O,I), styles (N,I)                              → demodulation (N,O)
// backward   energy, styles, demodulation, d_demodulation (N,O)      → d_styles (N,I)
//            ∂d[o]/∂s[i] = −d[o]³ · energy[o,i] · s[i]
// backward_energy  styles, demodulation, d_demodulation              → d_energy (O,I)
//            ∂d[o]/∂energy[o,i] = −d[o]³ · s[i]² / 2
//
// One workgroup a result; its invocations stride over the sum, then reduce it in a fixed order. Results of padding
// channels are zero. Energies take one invocation each. Source: Karras et al. 2020, equation 3; SPEC §2.
// uses lib/layout, lib/reductions

struct Params { samples: u32, inputs: u32, outputs: u32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> energy: array<f32>;
@group(0) @binding(2) var<storage, read> styles: array<f32>;
@group(0) @binding(3) var<storage, read_write> demodulation: array<f32>;
@group(0) @binding(4) var<storage, read> d_demodulation: array<f32>;
@group(0) @binding(5) var<storage, read_write> d_styles: array<f32>;
@group(0) @binding(6) var<storage, read_write> d_energy: array<f32>;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = linear_workgroup(id, count);
  let padded = quads(params.outputs) * 4u;
  let output = group % padded;
  let sample = group / padded;
  let steps = (params.inputs + 63u) / 64u;
  var sum = 0.0;
  if (output < params.outputs && sample < params.samples) {
    for (var step = 0u; step < most_steps; step++) {
      if (step >= steps) { break; }
      let i = 64u * step + lane;
      if (i >= params.inputs) { continue; }
      let s = styles[sample * vector_stride(params.inputs) + i];
      sum += energy[output * params.inputs + i] * s * s;
    }
  }
  sum = workgroup_sum(lane, sum);
  if (lane == 0u && sample < params.samples) {
    demodulation[sample * vector_stride(params.outputs) + output] =
      select(0.0, inverseSqrt(sum + 1e-8), output < params.outputs);
  }
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = linear_workgroup(id, count);
  let padded = quads(params.inputs) * 4u;
  let input = group % padded;
  let sample = group / padded;
  let steps = (params.outputs + 63u) / 64u;
  var sum = 0.0;
  if (input < params.inputs && sample < params.samples) {
    for (var step = 0u; step < most_steps; step++) {
      if (step >= steps) { break; }
      let o = 64u * step + lane;
      if (o >= params.outputs) { continue; }
      let at = sample * vector_stride(params.outputs) + o;
      let d = demodulation[at];
      sum -= d_demodulation[at] * d * d * d * energy[o * params.inputs + input];
    }
  }
  sum = workgroup_sum(lane, sum);
  if (lane == 0u && sample < params.samples) {
    let at = sample * vector_stride(params.inputs) + input;
    d_styles[at] = select(0.0, d_styles[at], params.accumulate != 0u) + sum * styles[at];
  }
}

@compute @workgroup_size(64)
fn backward_energy(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = linear_workgroup(id, count) * 64u + lane;
  let output = index / params.inputs;
  let input = index % params.inputs;
  if (output >= params.outputs) { return; }
  var sum = 0.0;
  for (var sample = 0u; sample < params.samples; sample++) {
    let at = sample * vector_stride(params.outputs) + output;
    let d = demodulation[at];
    let s = styles[sample * vector_stride(params.inputs) + input];
    sum -= 0.5 * d_demodulation[at] * d * d * d * s * s;
  }
  d_energy[index] = select(0.0, d_energy[index], params.accumulate != 0u) + sum;
}
