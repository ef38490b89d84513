// A row of ws that moves with another w: at its strength, and from where it was.
//
//   ws[i] = base[i] + s · w[i]            s = strengths[row]
//
// forward   w, base (length: words, padding included), strengths (rows)   → ws (length: one row)
// backward  strengths, d_ws                                               → d_w = s · d_ws
//
// `base` is what rebase_row makes at a w whose ws is known. One call makes one row, so that the rows' gradients add up.

struct Params { length: u32, rows: u32, row: u32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> base: array<f32>;
@group(0) @binding(3) var<storage, read> strengths: array<f32>;
@group(0) @binding(4) var<storage, read_write> ws: array<f32>;
@group(0) @binding(5) var<storage, read> d_ws: array<f32>;
@group(0) @binding(6) var<storage, read_write> d_w: array<f32>;

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < params.length) { ws[id.x] = base[id.x] + strengths[params.row] * w[id.x]; }
}

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.length) { return; }
  d_w[id.x] = select(0.0, d_w[id.x], params.accumulate != 0u) + strengths[params.row] * d_ws[id.x];
}
