// toRGB: a modulated 1×1 convolution to the colours of the image, without demodulation.
//
//   rgb[n,c,y,x] = clamp( Σ_i W[c,i] · s[n,i] · x[n,i,y,x] + bias[c], ±clamp )
//
// forward          x (N,I,H,W), styles (N,I), weight (O,I,1,1), bias (O)  → rgb (N,O,H,W)
// backward_styles  x, weight, rgb, d_rgb                                  → d_styles[n,i] = Σ_yx x · Wᵀ(d)
// backward_x       styles, weight, rgb, d_rgb                             → d_x = s · Wᵀ(d)       d = d_rgb, 0 where clamped
// backward_weight  x, styles, rgb, d_rgb                                  → d_weight[c,i] = Σ_nyx d[c] · s[i] · x[i]
// backward_bias    rgb, d_rgb                                             → d_bias[c] = Σ_nyx d[c]
//
// O is at most 4, one group of channels. One invocation a pixel forward, and a pixel and four channels for d_x;
// gradients of styles and weights take one workgroup for four input channels, that of the bias takes one. Source:
// Karras et al. 2020, section 4.1 (skip architecture); SPEC §2.
// uses lib/layout, lib/cells, lib/reductions

struct Params { samples: u32, inputs: u32, outputs: u32, height: u32, width: u32, accumulate: u32, clamp: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cell_list: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> styles: array<vec4f>;
@group(0) @binding(4) var<storage, read> weight: array<mat4x4f>;
@group(0) @binding(5) var<storage, read> bias: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> rgb: array<vec4f>;
@group(0) @binding(7) var<storage, read> d_rgb: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> d_styles: array<vec4f>;
@group(0) @binding(9) var<storage, read_write> d_x: array<vec4f>;
@group(0) @binding(10) var<storage, read_write> d_weight: array<mat4x4f>;
@group(0) @binding(11) var<storage, read_write> d_bias: array<vec4f>;

/// d at a pixel.
fn unclamped(pixel: u32) -> vec4f { return select(vec4f(), d_rgb[pixel], abs(rgb[pixel]) < vec4f(params.clamp)); }

/// Wᵀ(d) at a pixel, for four input channels.
fn back(pixel: u32, quad: u32) -> vec4f { return unclamped(pixel) * weight[quad]; }

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let work = cell_work(linear_workgroup(id, count) * 64u + lane, 1u, params.samples);
  if (!work.valid) { return; }
  let pixel = (work.sample * params.height + work.row) * params.width + work.column;
  var sum = bias[0];
  for (var i = 0u; i < most_steps; i++) {
    if (i >= input_quads) { break; }
    sum += weight[i] * (styles[work.sample * vector_stride(params.inputs) / 4u + i] * x[pixel * input_quads + i]);
  }
  rgb[pixel] = clamp(sum, vec4f(-params.clamp), vec4f(params.clamp));
}

@compute @workgroup_size(64)
fn backward_styles(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let group = linear_workgroup(id, count);
  let sample = group / input_quads;
  let quad = group % input_quads;
  var sum = vec4f();
  if (sample < params.samples) {
    for (var k = lane; k < cell_count(); k += 64u) {
      let cell = cell_at(k);
      let pixel = (sample * params.height + cell.x) * params.width + cell.y;
      sum += x[pixel * input_quads + quad] * back(pixel, quad);
    }
  }
  sum = workgroup_sum4(lane, sum);
  if (lane == 0u && sample < params.samples) {
    let at = sample * vector_stride(params.inputs) / 4u + quad;
    d_styles[at] = select(vec4f(), d_styles[at], params.accumulate != 0u) + sum;
  }
}

@compute @workgroup_size(64)
fn backward_x(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let work = cell_work(linear_workgroup(id, count) * 64u + lane, input_quads, params.samples);
  if (!work.valid) { return; }
  let pixel = (work.sample * params.height + work.row) * params.width + work.column;
  let at = pixel * input_quads + work.quad;
  let d = styles[work.sample * vector_stride(params.inputs) / 4u + work.quad] * back(pixel, work.quad);
  d_x[at] = select(vec4f(), d_x[at], params.accumulate != 0u) + d;
}

@compute @workgroup_size(64)
fn backward_weight(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let quad = linear_workgroup(id, count);
  var sum: mat4x4f;
  for (var sample = 0u; sample < params.samples && quad < input_quads; sample++) {
    let s = styles[sample * vector_stride(params.inputs) / 4u + quad];
    for (var k = lane; k < cell_count(); k += 64u) {
      let cell = cell_at(k);
      let pixel = (sample * params.height + cell.x) * params.width + cell.y;
      let m = s * x[pixel * input_quads + quad];
      let d = unclamped(pixel);
      sum += mat4x4f(m.x * d, m.y * d, m.z * d, m.w * d);
    }
  }
  for (var column = 0u; column < 4u; column++) { sum[column] = workgroup_sum4(lane, sum[column]); }
  if (lane == 0u && quad < input_quads) {
    if (params.accumulate != 0u) { sum += d_weight[quad]; }
    d_weight[quad] = sum;
  }
}

@compute @workgroup_size(64)
fn backward_bias(@builtin(local_invocation_index) lane: u32) {
  var sum = vec4f();
  for (var sample = 0u; sample < params.samples; sample++) {
    for (var k = lane; k < cell_count(); k += 64u) {
      let cell = cell_at(k);
      sum += unclamped((sample * params.height + cell.x) * params.width + cell.y);
    }
  }
  sum = workgroup_sum4(lane, sum);
  if (lane == 0u) { d_bias[0] = select(vec4f(), d_bias[0], params.accumulate != 0u) + sum; }
}
