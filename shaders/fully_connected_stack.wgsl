// Fully-connected layers of one sample, each of which reads what the one before it makes, in one dispatch: the mapping
// network.
//
//   y_l = gain · act( weight_gain · W_l · y_{l−1} + bias_gain · b_l )                for one layer after the other
//
// forward   members, weight, bias      → values: what each layer makes, from what the first one reads
// backward  members, weight, values    → d_values: the gradient of what each layer reads, from that of the last one's
//
// As fully_connected.wgsl, which has the formulas. The tensors hold those of all layers, each from where `members` says;
// backward, members are in reverse. One workgroup: nothing else lets layers wait for each other within a dispatch. The
// weights come through one processor of a GPU so, which takes about as long as a dispatch for each layer would.
// Numbers of inputs are multiples of four, and neither inputs nor outputs are more than 1024.
// uses lib/layout

struct Params { members: u32 }

struct Member {
  first: u32, inputs: u32, outputs: u32, accumulate: u32,
  /// Words before the layer's tensors: in `values` and `d_values`, x is what it reads and y what it makes.
  weight_at: u32, bias_at: u32, x_at: u32, y_at: u32, d_x_at: u32, d_y_at: u32,
  weight_gain: f32, bias_gain: f32, slope: f32, gain: f32,
  unused: vec2u,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> members: array<Member>;
@group(0) @binding(2) var<storage, read> weight: array<vec4f>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> values: array<f32>;
@group(0) @binding(5) var<storage, read_write> d_values: array<f32>;

/// What a layer reads: x, or the gradient of the value that its activation is applied to.
var<workgroup> source: array<f32, 1024>;
var<workgroup> parts: array<vec4f, 256>;

@compute @workgroup_size(256)
fn forward(@builtin(local_invocation_index) lane: u32) {
  let count = params.members;
  for (var layer = 0u; layer < most_steps; layer++) {
    if (layer >= count) { break; }
    let member = members[layer];
    for (var n = 0u; n < 4u; n++) {
      let i = 256u * n + lane;
      if (i < member.inputs) { source[i] = values[member.x_at + i]; }
    }
    workgroupBarrier();
    // Thirty-two outputs at a time, eight invocations each.
    let rounds = (member.outputs + 31u) / 32u;
    let input_quads = member.inputs / 4u;
    let steps = (input_quads + 7u) / 8u;
    for (var round = 0u; round < most_steps; round++) {
      if (round >= rounds) { break; }
      let output = 32u * round + lane / 8u;
      var sum = vec4f();
      if (output < member.outputs) {
        let row = member.weight_at / 4u + output * input_quads;
        for (var step = 0u; step < most_steps; step++) {
          if (step >= steps) { break; }
          let i = 8u * step + lane % 8u;
          if (i < input_quads) { sum += weight[row + i] * vec4f(source[4u * i], source[4u * i + 1u], source[4u * i + 2u], source[4u * i + 3u]); }
        }
      }
      parts[lane] = sum;
      workgroupBarrier();
      if (lane % 8u == 0u && output < member.outputs) {
        for (var k = 1u; k < 8u; k++) { sum += parts[lane + k]; }
        let v = member.weight_gain * dot(sum, vec4f(1.0)) + member.bias_gain * bias[member.bias_at + output];
        values[member.y_at + output] = member.gain * select(member.slope * v, v, v > 0.0);
      }
      workgroupBarrier();
    }
    storageBarrier();
  }
}

@compute @workgroup_size(256)
fn backward(@builtin(local_invocation_index) lane: u32) {
  let count = params.members;
  for (var layer = 0u; layer < most_steps; layer++) {
    if (layer >= count) { break; }
    let member = members[layer];
    for (var n = 0u; n < 4u; n++) {
      let o = 256u * n + lane;
      if (o < member.outputs) {
        source[o] = member.gain * select(member.slope, 1.0, values[member.y_at + o] > 0.0) * d_values[member.d_y_at + o];
      }
    }
    workgroupBarrier();
    // Four inputs an invocation; where there are fewer than 256 such groups, invocations share out the outputs.
    let input_quads = member.inputs / 4u;
    let at_once = clamp(1u << (32u - countLeadingZeros(input_quads - 1u)), 1u, 256u);
    let shares = 256u / at_once;
    let quad = lane % at_once;
    let steps = (member.outputs + shares - 1u) / shares;
    var sum = vec4f();
    if (quad < input_quads) {
      for (var step = 0u; step < most_steps; step++) {
        if (step >= steps) { break; }
        let o = steps * (lane / at_once) + step;
        if (o < member.outputs) { sum += source[o] * weight[member.weight_at / 4u + o * input_quads + quad]; }
      }
    }
    parts[lane] = sum;
    workgroupBarrier();
    if (lane < input_quads) {
      for (var share = 1u; share < shares; share++) { sum += parts[share * at_once + lane]; }
      for (var k = 0u; k < 4u; k++) {
        let at = member.d_x_at + 4u * lane + k;
        d_values[at] = select(0.0, d_values[at], member.accumulate != 0u) + member.weight_gain * sum[k];
      }
    }
    storageBarrier();
    workgroupBarrier();
  }
}
