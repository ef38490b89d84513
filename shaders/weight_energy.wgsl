// The energy of a convolution's weights, which demodulation needs; computed anew where training changes the weights.
//
//   energy[first+o,i] = Σ_ab W[o,i,a,b]²                   `first`: a layer's weights may come in parts of its outputs
//
// forward   weight (O,I,3,3)    → energy (total,I), rows first … first+O−1
// backward  weight, d_energy    → d_weight = 2 · W · d_energy
//
// One invocation a 4×4 block of channels: forward for all taps, backward for one tap. Source: Karras et al. 2020,
// equation 3; SPEC §2.
// uses lib/layout, lib/weights

struct Params { outputs: u32, inputs: u32, total: u32, first: u32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> weight: array<WeightBlock>;
@group(0) @binding(2) var<storage, read_write> energy: array<f32>;
@group(0) @binding(3) var<storage, read> d_energy: array<f32>;
@group(0) @binding(4) var<storage, read_write> d_weight: array<mat4x4f>;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let output_quads = quads(params.outputs);
  let blocks_of_tap = quads(params.inputs) * output_quads;
  let pair = linear_workgroup(id, count) * 64u + lane;
  if (pair >= blocks_of_tap) { return; }
  var sum: mat4x4f;
  for (var tap = 0u; tap < 9u; tap++) {
    let w = weight_at(tap * blocks_of_tap + pair);
    sum += mat4x4f(w[0] * w[0], w[1] * w[1], w[2] * w[2], w[3] * w[3]);
  }
  for (var i = 0u; i < 4u; i++) {
    for (var o = 0u; o < 4u; o++) {
      let input = 4u * (pair / output_quads) + i;
      let output = 4u * (pair % output_quads) + o;
      if (input < params.inputs && output < params.outputs) {
        energy[(params.first + output) * params.inputs + input] = sum[i][o];
      }
    }
  }
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let output_quads = quads(params.outputs);
  let blocks_of_tap = quads(params.inputs) * output_quads;
  let place = linear_workgroup(id, count) * 64u + lane;
  if (place >= 9u * blocks_of_tap) { return; }
  let pair = place % blocks_of_tap;
  let w = weight_at(place);
  var d: mat4x4f;
  if (params.accumulate != 0u) { d = d_weight[place]; }
  for (var i = 0u; i < 4u; i++) {
    for (var o = 0u; o < 4u; o++) {
      let input = 4u * (pair / output_quads) + i;
      let output = 4u * (pair % output_quads) + o;
      if (input < params.inputs && output < params.outputs) {
        d[i][o] += 2.0 * w[i][o] * d_energy[(params.first + output) * params.inputs + input];
      }
    }
  }
  d_weight[place] = d;
}
