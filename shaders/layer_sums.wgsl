// The gradients of styles and demodulation from the sums that conv3x3_lanes_layer and conv3x3_up_lanes_layer make over the
// cells of a layer, for several layers of one sample in one dispatch.
//
//   d_styles[i] = Σ_g row 0        d_demodulation[i] = ( Σ_g row 1 − bias[i] · Σ_g row 2 ) / demodulation[i]
//
// backward  members, sums, demodulation, bias   → d_styles, d_demodulation
//
// styles are those of the layer of the convolution, demodulation and bias those of the layer below it. The tensors hold
// those of all members, each from where `members` says. One invocation for four channels; groups are added up in order.
// uses lib/layout, lib/batch

struct Params { members: u32 }

struct Member {
  first: u32, inputs: u32, groups: u32,
  /// Which gradients are made, and which are added to: 1 styles, 2 demodulation.
  made: u32, added: u32,
  /// Words before the member's tensors.
  sums_at: u32, demodulation_at: u32, bias_at: u32, d_styles_at: u32, d_demodulation_at: u32,
  unused: array<u32, 6>,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> members: array<Member>;
@group(0) @binding(2) var<storage, read> sums: array<vec4f>;
@group(0) @binding(3) var<storage, read> demodulation: array<vec4f>;
@group(0) @binding(4) var<storage, read> bias: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> d_styles: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> d_demodulation: array<vec4f>;

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = linear_workgroup(id, count);
  let member = members[member_of(group)];
  let input_quads = quads(member.inputs);
  let quad = (group - member.first) * 64u + lane;
  if (quad >= input_quads) { return; }
  var rows: array<vec4f, 3>;
  let groups = member.groups;
  for (var g = 0u; g < most_steps; g++) {
    if (g >= groups) { break; }
    let start = member.sums_at / 4u + 3u * g * input_quads + quad;
    for (var row = 0u; row < 3u; row++) { rows[row] += sums[start + row * input_quads]; }
  }
  if ((member.made & 1u) != 0u) {
    let at = member.d_styles_at / 4u + quad;
    d_styles[at] = select(vec4f(), d_styles[at], (member.added & 1u) != 0u) + rows[0];
  }
  if ((member.made & 2u) != 0u) {
    let scale = demodulation[member.demodulation_at / 4u + quad];
    // Demodulation is zero in padding channels alone.
    let d = select(vec4f(), (rows[1] - bias[member.bias_at / 4u + quad] * rows[2]) / scale, scale != vec4f());
    let at = member.d_demodulation_at / 4u + quad;
    d_demodulation[at] = select(vec4f(), d_demodulation[at], (member.added & 2u) != 0u) + d;
  }
}
