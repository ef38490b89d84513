// The next level of a picture's pyramid, negated: filtered, and every second pixel of it along each axis.
//
//   coarse[i,j] = −Σ_ab f[a] · f[b] · x[2i−a+2, 2j−b+2] / 4        f = [1,3,3,1]/4, zero outside
//
// forward   x (N,C,H,W)   → coarse (N,C,H/2,W/2)
// backward  d_coarse      → d_x[y,x] = −upsample2(d_coarse)[y,x] / 4
//
// A fourth of the adjoint of upsample's filter. Negated, so that upsample's sum, x + upsample2(coarse), is the detail
// that the next level has lost. One invocation a pixel and four channels of the result. Source: Burt and Adelson 1983,
// with StyleGAN2's filter.
// uses lib/layout, lib/cells, lib/resample

struct Params { samples: u32, channels: u32, height: u32, width: u32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cell_list: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> coarse: array<vec4f>;
@group(0) @binding(4) var<storage, read> d_coarse: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> d_x: array<vec4f>;

fn coarse_value(at: u32) -> vec4f { return d_coarse[at]; }

fn fine_value(at: u32) -> vec4f { return x[at]; }

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel_quads = quads(params.channels);
  let work = cell_work(linear_workgroup(id, count) * 64u + lane, channel_quads, params.samples);
  if (!work.valid) { return; }
  let pixel = (work.sample * params.height / 2u + work.row) * (params.width / 2u) + work.column;
  coarse[pixel * channel_quads + work.quad] = -0.25 * gathered(work.sample, work.row, work.column, work.quad);
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel_quads = quads(params.channels);
  let work = cell_work(linear_workgroup(id, count) * 64u + lane, channel_quads, params.samples);
  if (!work.valid) { return; }
  let at = ((work.sample * params.height + work.row) * params.width + work.column) * channel_quads + work.quad;
  let d = -0.25 * enlarged(work.sample, work.row, work.column, work.quad);
  d_x[at] = select(vec4f(), d_x[at], params.accumulate != 0u) + d;
}
