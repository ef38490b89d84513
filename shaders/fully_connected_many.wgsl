// A fully-connected layer of many samples at once, such as the mapping network's of thousands of z.
//
//   y[n,o] = gain · act( weight_gain · Σ_i x[n,i] · W[o,i] + bias_gain · b[o] )      act(v) = v where v > 0, else slope · v
//
// forward   x (N,I), weight (O,I), bias (O)  → y (N,O)
//
// The same as fully_connected.wgsl, which has a workgroup for each output and is made for one sample: here an invocation
// makes an output of a sample, and a workgroup one output of 64 samples, which read the same weights. Padding of y is not
// written. Source: SPEC §1.
// uses lib/layout

struct Params {
  samples: u32, inputs: u32, outputs: u32,
  weight_gain: f32, bias_gain: f32, slope: f32, gain: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = linear_workgroup(id, count);
  let output = group % params.outputs;
  let sample = group / params.outputs * 64u + lane;
  if (sample >= params.samples) { return; }
  let from_x = sample * vector_stride(params.inputs);
  let from_weight = output * params.inputs;
  let inputs = params.inputs;
  var sum = 0.0;
  for (var i = 0u; i < most_steps; i++) {
    if (i >= inputs) { break; }
    sum += x[from_x + i] * weight[from_weight + i];
  }
  let v = params.weight_gain * sum + params.bias_gain * bias[output];
  y[sample * vector_stride(params.outputs) + output] = params.gain * select(params.slope * v, v, v > 0.0);
}
