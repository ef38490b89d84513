// Modulated 3×3 convolution that doubles the resolution (a transposed convolution with stride 2), before its FIR.
//
//   t[n,o,2i+a,2j+b] += W[o,c,a,b] · s[n,c] · x[n,c,i,j]                  t is (2H+1, 2W+1)
//
// forward          x (N,I,H,W), styles (N,I), weight (O,I,3,3)   → t (N,O,2H+1,2W+1)
// backward         weight, d_t                                   → d_modulated[n,c,i,j] = Σ_oab W · d_t[n,o,2i+a,2j+b]
// backward_styles  x, d_modulated                                → d_styles[n,c] = Σ_ij x · d_modulated
// backward_x       styles, d_modulated                           → d_x = s · d_modulated
// backward_weight  x, styles, d_t                                → d_weight[o,c,a,b] = Σ_nij s · x · d_t[2i+a,2j+b]
//
// Forward as four parities: a pixel of t with even row and column takes four taps, with one odd two, with both odd
// one; nine products make four pixels. One invocation makes 2×4 pixels of t and four channels, from 2×3 cells of x.
// Source: Karras et al. 2020, section 2; SPEC §2.
// uses lib/layout, lib/strips, lib/cells, lib/reductions, lib/modulation, lib/weights, lib/up_tap_gradient, lib/weight_gradients

struct Params { samples: u32, inputs: u32, outputs: u32, height: u32, width: u32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cell_list: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> styles: array<vec4f>;
@group(0) @binding(4) var<storage, read> weight: array<WeightBlock>;
@group(0) @binding(5) var<storage, read_write> t: array<vec4f>;
@group(0) @binding(6) var<storage, read> d_t: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> d_modulated: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> d_styles: array<vec4f>;
@group(0) @binding(9) var<storage, read_write> d_x: array<vec4f>;
@group(0) @binding(10) var<storage, read_write> d_weight: array<mat4x4f>;

fn tap(a: u32, b: u32, input: u32, output: u32) -> mat4x4f {
  return weight_at(((a * 3u + b) * quads(params.inputs) + input) * quads(params.outputs) + output);
}

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let output_quads = quads(params.outputs);
  // Rows of 2×2 blocks of t: half as many strips of four pixels as t has rows.
  let work = strip_work(linear_workgroup(id, count) * 64u + lane, output_quads, params.samples, params.height + 1u, 2u * params.width + 1u);
  if (!work.valid) { return; }
  let o = work.quad;
  let sample = work.sample;
  let origin = vec2u(2u * work.row, work.column);
  let cell = origin / 2u;
  var sums: array<vec4f, 8>;
  for (var c = 0u; c < input_quads; c++) {
    let style = styles[sample * vector_stride(params.inputs) / 4u + c];
    // cells[3·r + k] is the cell in row cell.x + r − 1, column cell.y + k − 1
    var cells: array<vec4f, 6>;
    for (var r = 0u; r < 2u; r++) {
      for (var k = 0u; k < 3u; k++) {
        let row = cell.x + r;
        let column = cell.y + k;
        if (row >= 1u && row <= params.height && column >= 1u && column <= params.width) {
          cells[3u * r + k] = style * x[((sample * params.height + row - 1u) * params.width + column - 1u) * input_quads + c];
        }
      }
    }
    let corner = tap(0u, 0u, c, o);
    let corner_right = tap(0u, 2u, c, o);
    let corner_below = tap(2u, 0u, c, o);
    let corner_both = tap(2u, 2u, c, o);
    let top = tap(0u, 1u, c, o);
    let bottom = tap(2u, 1u, c, o);
    let left = tap(1u, 0u, c, o);
    let right = tap(1u, 2u, c, o);
    let centre = tap(1u, 1u, c, o);
    for (var k = 0u; k < 2u; k++) {
      let here = cells[4u + k];
      let before = cells[3u + k];
      let above = cells[1u + k];
      sums[2u * k] += corner * here + corner_right * before + corner_below * above + corner_both * cells[k];
      sums[2u * k + 1u] += top * here + bottom * above;
      sums[2u * k + 4u] += left * here + right * before;
      sums[2u * k + 5u] += centre * here;
    }
  }
  let height = 2u * params.height + 1u;
  let width = 2u * params.width + 1u;
  for (var k = 0u; k < 8u; k++) {
    let row = origin.x + k / 4u;
    let column = origin.y + k % 4u;
    if (row < height && column < width) { t[((sample * height + row) * width + column) * output_quads + o] = sums[k]; }
  }
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let output_quads = quads(params.outputs);
  let work = strip_work(linear_workgroup(id, count) * 64u + lane, input_quads, params.samples, params.height, params.width);
  if (!work.valid) { return; }
  let width = 2u * params.width + 1u;
  var sums: array<vec4f, 4>;
  for (var a = 0u; a < 3u; a++) {
    let line = (work.sample * (2u * params.height + 1u) + 2u * work.row + a) * width;
    for (var o = 0u; o < output_quads; o++) {
      var line_of_d: array<vec4f, 9>;
      for (var k = 0u; k < 9u; k++) {
        let column = 2u * work.column + k;
        if (column < width) { line_of_d[k] = d_t[(line + column) * output_quads + o]; }
      }
      for (var b = 0u; b < 3u; b++) {
        let w = tap(a, b, work.quad, o);
        for (var k = 0u; k < 4u; k++) { sums[k] += line_of_d[2u * k + b] * w; }
      }
    }
  }
  let line = (work.sample * params.height + work.row) * params.width;
  for (var k = 0u; k < 4u && work.column + k < params.width; k++) {
    d_modulated[(line + work.column + k) * input_quads + work.quad] = sums[k];
  }
}
