// All rows of ws that move with another w, in one dispatch.
//
//   ws[i] = base[i] + s · w[i]                                     for every member of the batch
//
// forward   members, w, base, strengths      → ws
// backward  members, strengths, d_ws         → d_w[i] = Σ_members s · d_ws[i]
//
// As offset_row.wgsl. The tensors hold those of all members, each from where `members` says; w is the same for all.
// Backward: an invocation adds up the members' gradients of one value, in their order.
// uses lib/layout, lib/batch

struct Params { members: u32 }

struct Member {
  first: u32, length: u32, row: u32, accumulate: u32,
  /// Words before the member's tensors.
  strengths_at: u32, base_at: u32, w_at: u32, ws_at: u32, d_w_at: u32,
  unused: array<u32, 7>,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> members: array<Member>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read> base: array<f32>;
@group(0) @binding(4) var<storage, read> strengths: array<f32>;
@group(0) @binding(5) var<storage, read_write> ws: array<f32>;
@group(0) @binding(6) var<storage, read> d_ws: array<f32>;
@group(0) @binding(7) var<storage, read_write> d_w: array<f32>;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let member = members[member_of(id.x)];
  let i = (id.x - member.first) * 64u + lane;
  if (i >= member.length) { return; }
  ws[member.ws_at + i] = base[member.base_at + i] + strengths[member.strengths_at + member.row] * w[member.w_at + i];
}

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) id: vec3u) {
  let whole = members[0];
  if (id.x >= whole.length) { return; }
  let count = params.members;
  let at = whole.d_w_at + id.x;
  var sum = select(0.0, d_w[at], whole.accumulate != 0u);
  for (var k = 0u; k < most_steps; k++) {
    if (k >= count) { break; }
    let member = members[k];
    sum += strengths[member.strengths_at + member.row] * d_ws[member.ws_at + id.x];
  }
  d_w[at] = sum;
}
