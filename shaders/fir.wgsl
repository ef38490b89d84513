// The low-pass filter after an up-sampling convolution: one cell of zeros on each side of t, then [1,3,3,1]/4 along
// each axis (the gain of 4 that zero-stuffing needs is in it).
//
//   u[first+c,y,x] = Σ_ab f[a] · f[b] · t[c, y+a−1, x+b−1]            a, b = 0…3, zero outside t
//
// forward    t (N,C,H+1,W+1)     → channels first … first + C − 1 of u (N,total,H,W)
// backward   d_u                 → d_t[c,y,x] = Σ_ab f[a] · f[b] · d_u[first+c, y−a+1, x−b+1]
//
// t is the largest tensor of a network; where it is larger than the adapter can bind, it comes in parts, each a
// multiple of four channels. One invocation a pixel and four channels. Source: Karras et al. 2020, section 2 (Zhang
// 2019); SPEC §2.
// uses lib/layout, lib/cells, lib/filter

struct Params { samples: u32, channels: u32, height: u32, width: u32, total: u32, first: u32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cell_list: array<u32>;
@group(0) @binding(2) var<storage, read> t: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> u: array<vec4f>;
@group(0) @binding(4) var<storage, read> d_u: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> d_t: array<vec4f>;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel_quads = quads(params.channels);
  let work = cell_work(linear_workgroup(id, count) * 64u + lane, channel_quads, params.samples);
  if (!work.valid) { return; }
  let sum = filtered(work.sample, work.row, work.column, work.quad);
  let pixel = (work.sample * params.height + work.row) * params.width + work.column;
  u[pixel * quads(params.total) + params.first / 4u + work.quad] = sum;
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel_quads = quads(params.channels);
  let height = params.height + 1u;
  let width = params.width + 1u;
  let work = ring_work(linear_workgroup(id, count) * 64u + lane, channel_quads, params.samples);
  if (!work.valid) { return; }
  var sum = vec4f();
  for (var a = 0u; a < 4u; a++) {
    let row = work.row + 1u - a;
    if (work.ring || row >= params.height) { continue; } // below zero wraps to a large number
    let line = (work.sample * params.height + row) * params.width;
    var along = vec4f();
    for (var b = 0u; b < 4u; b++) {
      let column = work.column + 1u - b;
      if (column < params.width) { along += filter_taps[b] * d_u[(line + column) * quads(params.total) + params.first / 4u + work.quad]; }
    }
    sum += filter_taps[a] * along;
  }
  let at = ((work.sample * height + work.row) * width + work.column) * channel_quads + work.quad;
  d_t[at] = select(vec4f(), d_t[at], params.accumulate != 0u) + sum;
}
