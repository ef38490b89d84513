// Modulated 3×3 convolution at the same resolution, without its demodulation (bias_act applies that).
//
//   u[n,o,y,x] = Σ_i Σ_ab W[o,i,a,b] · s[n,i] · x[n,i,y+a−1,x+b−1]            zero outside the map
//
// forward          x (N,I,H,W), styles (N,I), weight (O,I,3,3)   → u (N,O,H,W)
// backward         weight, d_u                                   → d_modulated (N,I,H,W) = convᵀ(d_u, W)
// backward_styles  x, d_modulated                                → d_styles[n,i] = Σ_yx x · d_modulated
// backward_x       styles, d_modulated                           → d_x = s · d_modulated
// backward_weight  x, styles, d_u                                → d_weight[o,i,a,b] = Σ_nyx s · x · d_u
//
// Activations are modulated as they are read, so the weights are the same for all samples.
// One invocation makes four pixels of a row and four channels: a 4×4 block of the weights is read once for four pixels.
// The whole map is covered; conv3x3_cells covers a list of cells. Source: Karras et al. 2020, section 2.2; SPEC §2.
// uses lib/layout, lib/strips, lib/cells, lib/reductions, lib/modulation, lib/weights, lib/tap_gradient, lib/weight_gradients

struct Params { samples: u32, inputs: u32, outputs: u32, height: u32, width: u32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cell_list: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> styles: array<vec4f>;
@group(0) @binding(4) var<storage, read> weight: array<WeightBlock>;
@group(0) @binding(5) var<storage, read_write> u: array<vec4f>;
@group(0) @binding(6) var<storage, read> d_u: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> d_modulated: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> d_styles: array<vec4f>;
@group(0) @binding(9) var<storage, read_write> d_x: array<vec4f>;
@group(0) @binding(10) var<storage, read_write> d_weight: array<mat4x4f>;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let output_quads = quads(params.outputs);
  let work = strip_work(linear_workgroup(id, count) * 64u + lane, output_quads, params.samples, params.height, params.width);
  if (!work.valid) { return; }
  var sums: array<vec4f, 4>;
  for (var a = 0u; a < 3u; a++) {
    let row = work.row + a;
    if (row < 1u || row > params.height) { continue; }
    let line = (work.sample * params.height + row - 1u) * params.width;
    for (var i = 0u; i < input_quads; i++) {
      let style = styles[work.sample * vector_stride(params.inputs) / 4u + i];
      var line_of_x: array<vec4f, 6>;
      for (var k = 0u; k < 6u; k++) {
        let column = work.column + k;
        if (column >= 1u && column <= params.width) { line_of_x[k] = style * x[(line + column - 1u) * input_quads + i]; }
      }
      for (var b = 0u; b < 3u; b++) {
        let w = weight_at(((a * 3u + b) * input_quads + i) * output_quads + work.quad);
        for (var k = 0u; k < 4u; k++) { sums[k] += w * line_of_x[k + b]; }
      }
    }
  }
  let line = (work.sample * params.height + work.row) * params.width;
  for (var k = 0u; k < 4u && work.column + k < params.width; k++) {
    u[(line + work.column + k) * output_quads + work.quad] = sums[k];
  }
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let output_quads = quads(params.outputs);
  let work = strip_work(linear_workgroup(id, count) * 64u + lane, input_quads, params.samples, params.height, params.width);
  if (!work.valid) { return; }
  var sums: array<vec4f, 4>;
  for (var a = 0u; a < 3u; a++) {
    let row = work.row + 2u - a;
    if (row < 1u || row > params.height) { continue; }
    let line = (work.sample * params.height + row - 1u) * params.width;
    for (var o = 0u; o < output_quads; o++) {
      var line_of_d: array<vec4f, 6>;
      for (var k = 0u; k < 6u; k++) {
        let column = work.column + k;
        if (column >= 1u && column <= params.width) { line_of_d[k] = d_u[(line + column - 1u) * output_quads + o]; }
      }
      for (var b = 0u; b < 3u; b++) {
        let w = weight_at(((a * 3u + b) * input_quads + work.quad) * output_quads + o);
        for (var k = 0u; k < 4u; k++) { sums[k] += line_of_d[k + 2u - b] * w; }
      }
    }
  }
  let line = (work.sample * params.height + work.row) * params.width;
  for (var k = 0u; k < 4u && work.column + k < params.width; k++) {
    d_modulated[(line + work.column + k) * input_quads + work.quad] = sums[k];
  }
}
