// From where a row of ws moves with another w, once it is known at one.
//
//   base[i] = ws[i] − s · w[i]            s = strengths[row]
//
// forward   ws, w (length: words, padding included), strengths (rows)   → base (length: one row)
//
// After it offset_row with the same w gives the same ws, whatever made that: truncation towards an average, or an
// earlier drag.

struct Params { length: u32, rows: u32, row: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> base: array<f32>;
@group(0) @binding(3) var<storage, read> strengths: array<f32>;
@group(0) @binding(4) var<storage, read> ws: array<f32>;

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < params.length) { base[id.x] = ws[id.x] - strengths[params.row] * w[id.x]; }
}
