// The next level of a picture's pyramid: filtered, and every second pixel of it along each axis.
//
//   coarse[i,j] = Σ_ab f[a] · f[b] · x[2i−a+2, 2j−b+2] / 4        f = [1,3,3,1]/4, zero outside
//
// forward   x (N,C,H,W)   → coarse (N,C,H/2,W/2)
// backward  d_coarse      → d_x[y,x] = Σ_ab f[a] · f[b] · d_coarse[(y+a)/2−1, (x+b)/2−1] / 4, over even y + a, x + b
//
// A fourth of the adjoint of upsample's filter. One invocation a pixel and four channels of what is made. Source: Burt and
// Adelson 1983, with StyleGAN2's filter.
// uses lib/layout, lib/pyramid

struct Params { samples: u32, channels: u32, height: u32, width: u32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> coarse: array<vec4f>;
@group(0) @binding(3) var<storage, read> d_coarse: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> d_x: array<vec4f>;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let work = pyramid_work(linear_workgroup(id, count) * 64u + lane, params.height / 2u, params.width / 2u);
  if (!work.valid) { return; }
  var sum = vec4f();
  for (var a = 0u; a < 4u; a++) {
    let row = 2u * work.row + 2u - a;
    if (row >= params.height) { continue; } // below zero wraps to a large number
    for (var b = 0u; b < 4u; b++) {
      let column = 2u * work.column + 2u - b;
      if (column >= params.width) { continue; }
      sum += pyramid_taps[a] * pyramid_taps[b] * x[fine_at(work, row, column)];
    }
  }
  coarse[work.at] = 0.25 * sum;
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let work = pyramid_work(linear_workgroup(id, count) * 64u + lane, params.height, params.width);
  if (!work.valid) { return; }
  var sum = vec4f();
  for (var a = work.row % 2u; a < 4u; a += 2u) {
    let row = (work.row + a) / 2u;
    if (row < 1u || row > params.height / 2u) { continue; }
    for (var b = work.column % 2u; b < 4u; b += 2u) {
      let column = (work.column + b) / 2u;
      if (column < 1u || column > params.width / 2u) { continue; }
      sum += pyramid_taps[a] * pyramid_taps[b] * d_coarse[coarse_at(work, row - 1u, column - 1u)];
    }
  }
  d_x[work.at] = select(vec4f(), d_x[work.at], params.accumulate != 0u) + 0.25 * sum;
}
