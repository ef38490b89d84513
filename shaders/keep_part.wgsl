// A part of a map is kept from another one: what must stay of a picture, from the picture before the edit.
//
//   y[n,c,row,column] = x + k · (first − x)          k = kept[row,column], 0 (moves) to 1 (stays)
//
// forward   x, first (N,C,H,W), kept (H,W)   → y (N,C,H,W)
// backward  kept, d_y                        → d_x = (1 − k) · d_y
//
// One invocation a pixel and four channels. SPEC §8.
// uses lib/layout

struct Params { samples: u32, channels: u32, height: u32, width: u32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> first: array<vec4f>;
@group(0) @binding(3) var<storage, read> kept: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(5) var<storage, read> d_y: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> d_x: array<vec4f>;

fn count_of_quads() -> u32 { return params.samples * params.height * params.width * quads(params.channels); }

/// How much of the cell stays that holds these four channels.
fn kept_at(at: u32) -> f32 { return kept[at / quads(params.channels) % (params.height * params.width)]; }

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = linear_workgroup(id, count) * 64u + lane;
  if (at >= count_of_quads()) { return; }
  // Exactly one of the two where all stays or all moves.
  y[at] = mix(x[at], first[at], kept_at(at));
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = linear_workgroup(id, count) * 64u + lane;
  if (at >= count_of_quads()) { return; }
  d_x[at] = select(vec4f(), d_x[at], params.accumulate != 0u) + (1.0 - kept_at(at)) * d_y[at];
}
