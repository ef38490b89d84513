// The end of a layer, after its modulated convolution: demodulation, noise, bias, leaky ReLU, gain, clamp.
//
//   v = demodulation[n,c] · u + noise_gain · noise[y,x] + bias[c]
//   y = clamp( gain · (v > 0 ? v : slope · v), ±clamp )
//
// forward                u (N,C,H,W), demodulation (N,C), noise (H,W), bias (C)  → y (N,C,H,W)
// backward               y, d_y, demodulation   → d_u = demodulation · d_v,   d_v = d_y · gain · (1 or slope), 0 where clamped
// backward_demodulation  y, d_y, demodulation, noise, bias   → d_demodulation[n,c] = Σ_yx d_v · u
// backward_bias          y, d_y                              → d_bias[c] = Σ_nyx d_v
// backward_noise         y, d_y                              → d_noise[y,x] = noise_gain · Σ_nc d_v
//
// The slope is read off the sign of y, and d_v · u = (d_y · y − d_v · (noise_gain · noise + bias)) / demodulation where
// y is not clamped, so neither v nor u is kept for the backward pass. Padding channels get no noise and stay zero. One
// invocation a pixel and four channels; sums over pixels take one workgroup for four channels, those over channels one
// invocation for each pixel. Source: SPEC §2.
// uses lib/layout, lib/cells, lib/reductions, lib/activation

struct Params {
  samples: u32, channels: u32, height: u32, width: u32, accumulate: u32,
  slope: f32, gain: f32, clamp: f32, noise_gain: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cell_list: array<u32>;
@group(0) @binding(2) var<storage, read> u: array<vec4f>;
@group(0) @binding(3) var<storage, read> demodulation: array<vec4f>;
@group(0) @binding(4) var<storage, read> noise: array<f32>;
@group(0) @binding(5) var<storage, read> bias: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(7) var<storage, read> d_y: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> d_u: array<vec4f>;
@group(0) @binding(9) var<storage, read_write> d_demodulation: array<vec4f>;
@group(0) @binding(10) var<storage, read_write> d_bias: array<vec4f>;
@group(0) @binding(11) var<storage, read_write> d_noise: array<f32>;

fn slope_at(value: vec4f) -> vec4f {
  let slope = params.gain * select(vec4f(params.slope), vec4f(1.0), value > vec4f());
  return select(vec4f(), slope, abs(value) < vec4f(params.clamp));
}

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel_quads = quads(params.channels);
  let work = cell_work(linear_workgroup(id, count) * 64u + lane, channel_quads, params.samples);
  if (!work.valid) { return; }
  let pixel = work.row * params.width + work.column;
  let at = (work.sample * params.height * params.width + pixel) * channel_quads + work.quad;
  y[at] = activated(u[at], work.sample, pixel, work.quad, params.channels);
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel_quads = quads(params.channels);
  let work = ring_work(linear_workgroup(id, count) * 64u + lane, channel_quads, params.samples);
  if (!work.valid) { return; }
  let at = ((work.sample * params.height + work.row) * params.width + work.column) * channel_quads + work.quad;
  var d = vec4f();
  if (!work.ring) { d = demodulation[work.sample * vector_stride(params.channels) / 4u + work.quad] * slope_at(y[at]) * d_y[at]; }
  d_u[at] = select(vec4f(), d_u[at], params.accumulate != 0u) + d;
}

@compute @workgroup_size(64)
fn backward_demodulation(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel_quads = quads(params.channels);
  let group = linear_workgroup(id, count);
  let sample = group / channel_quads;
  let quad = group % channel_quads;
  var sum = vec4f();
  if (sample < params.samples) {
    for (var k = lane; k < cell_count(); k += 64u) {
      let cell = cell_at(k);
      let pixel = cell.x * params.width + cell.y;
      let at = (sample * params.height * params.width + pixel) * channel_quads + quad;
      let slope = slope_at(y[at]);
      // d_v · v = d_y · y, since d_v = d_y · slope and v = y / slope; a clamped y adds nothing.
      sum += d_y[at] * (select(vec4f(), y[at], slope != vec4f()) - slope * added(pixel, quad, params.channels));
    }
  }
  sum = workgroup_sum4(lane, sum);
  if (lane == 0u && sample < params.samples) {
    let at = sample * vector_stride(params.channels) / 4u + quad;
    // Demodulation is zero in padding channels alone.
    let scale = demodulation[at];
    let d = select(vec4f(), sum / scale, scale != vec4f());
    d_demodulation[at] = select(vec4f(), d_demodulation[at], params.accumulate != 0u) + d;
  }
}

@compute @workgroup_size(64)
fn backward_bias(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel_quads = quads(params.channels);
  let quad = linear_workgroup(id, count);
  var sum = vec4f();
  for (var sample = 0u; sample < params.samples && quad < channel_quads; sample++) {
    for (var k = lane; k < cell_count(); k += 64u) {
      let cell = cell_at(k);
      let at = ((sample * params.height + cell.x) * params.width + cell.y) * channel_quads + quad;
      sum += slope_at(y[at]) * d_y[at];
    }
  }
  sum = workgroup_sum4(lane, sum);
  if (lane == 0u && quad < channel_quads) { d_bias[quad] = select(vec4f(), d_bias[quad], params.accumulate != 0u) + sum; }
}

@compute @workgroup_size(64)
fn backward_noise(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel_quads = quads(params.channels);
  let k = linear_workgroup(id, count) * 64u + lane;
  if (k >= cell_count()) { return; }
  let cell = cell_at(k);
  let pixel = cell.x * params.width + cell.y;
  var sum = vec4f();
  for (var sample = 0u; sample < params.samples; sample++) {
    let first = (sample * params.height * params.width + pixel) * channel_quads;
    // The gradient of padding channels is zero.
    for (var at = first; at < first + channel_quads; at++) { sum += slope_at(y[at]) * d_y[at]; }
  }
  let d = params.noise_gain * dot(sum, vec4f(1.0));
  d_noise[pixel] = select(0.0, d_noise[pixel], params.accumulate != 0u) + d;
}
