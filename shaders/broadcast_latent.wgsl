// One row of ws in W mode, where all trained rows are the same w. One call makes one row, so that the rows' gradients
// add up.
//
//   ws[i] = w[i]
//
// forward   w (length: words, padding included)   → ws (length: one row)
// backward  d_ws         → d_w
//
// Source: SPEC §3.

struct Params { length: u32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> ws: array<f32>;
@group(0) @binding(3) var<storage, read> d_ws: array<f32>;
@group(0) @binding(4) var<storage, read_write> d_w: array<f32>;

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < params.length) { ws[id.x] = w[id.x]; }
}

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < params.length) { d_w[id.x] = select(0.0, d_w[id.x], params.accumulate != 0u) + d_ws[id.x]; }
}
