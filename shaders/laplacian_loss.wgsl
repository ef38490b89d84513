// One level of the image loss: L1 of what the next level of the pyramid does not have.
//
//   loss = weight · mean over all values of |x − upsample2(coarse)|
//
// forward          x (N,C,H,W), coarse (N,C,H/2,W/2)   → signs (N,C,H,W) of what is within | |, sums (N·H) over rows
// total            sums                                → loss
// backward_x       signs                               → d_x = scale · signs,  scale = weight / (N·C·H·W)
// backward_coarse  signs                               → d_coarse[i,j] = −scale · Σ_ab f[a] · f[b] · signs[2i−a+2, 2j−b+2]
//
// upsample2 and f as in upsample.wgsl. Forward: a workgroup makes a row of pixels, in a fixed order. Backward: one
// invocation a pixel and four channels. Source: Bojanowski et al. 2018, section 3.2 (Laplacian pyramid loss).
// uses lib/layout, lib/reductions, lib/pyramid

struct Params { samples: u32, channels: u32, height: u32, width: u32, weight: f32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> coarse: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> signs: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;
@group(0) @binding(5) var<storage, read_write> loss: array<f32>;
@group(0) @binding(6) var<storage, read_write> d_x: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> d_coarse: array<vec4f>;

fn scale() -> f32 { return params.weight / f32(params.samples * params.channels * params.height * params.width); }

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = linear_workgroup(id, count);
  let items = params.width * quads(params.channels);
  var total = vec4f();
  for (var item = lane; item < items; item += 64u) {
    let work = pyramid_work(group * items + item, params.height, params.width);
    if (!work.valid) { continue; }
    let value = x[work.at] - enlarged(work);
    signs[work.at] = sign(value);
    total += abs(value);
  }
  total = workgroup_sum4(lane, total);
  if (lane == 0u && group < params.samples * params.height) { sums[group] = dot(total, vec4f(1.0)); }
}

/// upsample2(coarse) at a pixel.
fn enlarged(work: PyramidWork) -> vec4f {
  var sum = vec4f();
  for (var a = work.row % 2u; a < 4u; a += 2u) {
    let row = (work.row + a) / 2u;
    if (row < 1u || row > params.height / 2u) { continue; }
    for (var b = work.column % 2u; b < 4u; b += 2u) {
      let column = (work.column + b) / 2u;
      if (column < 1u || column > params.width / 2u) { continue; }
      sum += pyramid_taps[a] * pyramid_taps[b] * coarse[coarse_at(work, row - 1u, column - 1u)];
    }
  }
  return sum;
}

@compute @workgroup_size(64)
fn total(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var i = lane; i < params.samples * params.height; i += 64u) { sum += sums[i]; }
  sum = workgroup_sum(lane, sum);
  if (lane == 0u) { loss[0] = scale() * sum; }
}

@compute @workgroup_size(64)
fn backward_x(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let work = pyramid_work(linear_workgroup(id, count) * 64u + lane, params.height, params.width);
  if (!work.valid) { return; }
  d_x[work.at] = select(vec4f(), d_x[work.at], params.accumulate != 0u) + scale() * signs[work.at];
}

@compute @workgroup_size(64)
fn backward_coarse(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let work = pyramid_work(linear_workgroup(id, count) * 64u + lane, params.height / 2u, params.width / 2u);
  if (!work.valid) { return; }
  var sum = vec4f();
  for (var a = 0u; a < 4u; a++) {
    let row = 2u * work.row + 2u - a;
    if (row >= params.height) { continue; } // below zero wraps to a large number
    for (var b = 0u; b < 4u; b++) {
      let column = 2u * work.column + 2u - b;
      if (column >= params.width) { continue; }
      sum += pyramid_taps[a] * pyramid_taps[b] * signs[fine_at(work, row, column)];
    }
  }
  d_coarse[work.at] = select(vec4f(), d_coarse[work.at], params.accumulate != 0u) - scale() * sum;
}
