// A fully-connected layer: of the mapping network (leaky ReLU), or from a row of ws to the styles (linear).
//
//   y[n,o] = gain · act( weight_gain · Σ_i x[n,i] · W[o,i] + bias_gain · b[o] )      act(v) = v where v > 0, else slope · v
//
// forward          x (N,I), weight (O,I), bias (O)  → y (N,O)
// backward         weight, y, d_y                   → d_x[n,i] = weight_gain · Σ_o d_v[n,o] · W[o,i]
// backward_weight  x, y, d_y                        → d_weight[o,i] = weight_gain · Σ_n d_v[n,o] · x[n,i]
// backward_bias    y, d_y                           → d_bias[o] = bias_gain · Σ_n d_v[n,o]
//                  d_v = gain · act' · d_y, where act' is read off the sign of y
//
// slope = 1 is a linear layer. Forward: one workgroup an output. Backward: one invocation an input, a weight or an
// output, so that neighbours read neighbouring weights. Source: Karras et al. 2019, section 2 (equalised learning
// rate); SPEC §1, §2.
// uses lib/layout, lib/reductions

struct Params {
  samples: u32, inputs: u32, outputs: u32, accumulate: u32,
  weight_gain: f32, bias_gain: f32, slope: f32, gain: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<storage, read> d_y: array<f32>;
@group(0) @binding(6) var<storage, read_write> d_x: array<f32>;
@group(0) @binding(7) var<storage, read_write> d_weight: array<f32>;
@group(0) @binding(8) var<storage, read_write> d_bias: array<f32>;

/// The gradient of v, the value that the activation is applied to.
fn d_v(sample: u32, output: u32) -> f32 {
  let at = sample * vector_stride(params.outputs) + output;
  return params.gain * select(params.slope, 1.0, y[at] > 0.0) * d_y[at];
}

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
      if (i < params.inputs) { sum += x[sample * vector_stride(params.inputs) + i] * weight[output * params.inputs + i]; }
    }
  }
  sum = workgroup_sum(lane, sum);
  if (lane == 0u && sample < params.samples) {
    var value = 0.0;
    if (output < params.outputs) {
      let v = params.weight_gain * sum + params.bias_gain * bias[output];
      value = params.gain * select(params.slope * v, v, v > 0.0);
    }
    y[sample * vector_stride(params.outputs) + output] = value;
  }
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let groups_a_sample = (params.inputs + 63u) / 64u;
  let group = linear_workgroup(id, count);
  let sample = group / groups_a_sample;
  let input = group % groups_a_sample * 64u + lane;
  if (sample >= params.samples || input >= params.inputs) { return; }
  let outputs = params.outputs;
  var sum = 0.0;
  for (var o = 0u; o < most_steps; o++) {
    if (o >= outputs) { break; }
    sum += d_v(sample, o) * weight[o * params.inputs + input];
  }
  let at = sample * vector_stride(params.inputs) + input;
  d_x[at] = select(0.0, d_x[at], params.accumulate != 0u) + params.weight_gain * sum;
}

@compute @workgroup_size(64)
fn backward_weight(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = linear_workgroup(id, count) * 64u + lane;
  if (at >= params.outputs * params.inputs) { return; }
  var sum = 0.0;
  for (var sample = 0u; sample < params.samples; sample++) {
    sum += d_v(sample, at / params.inputs) * x[sample * vector_stride(params.inputs) + at % params.inputs];
  }
  d_weight[at] = select(0.0, d_weight[at], params.accumulate != 0u) + params.weight_gain * sum;
}

@compute @workgroup_size(64)
fn backward_bias(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let output = linear_workgroup(id, count) * 64u + lane;
  if (output >= params.outputs) { return; }
  var sum = 0.0;
  for (var sample = 0u; sample < params.samples; sample++) { sum += d_v(sample, output); }
  d_bias[output] = select(0.0, d_bias[output], params.accumulate != 0u) + params.bias_gain * sum;
}
