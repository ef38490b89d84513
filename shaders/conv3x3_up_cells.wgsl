// conv3x3_up over a list of cells: the same formula, tensors and layouts, for the few pixels of a dependency cone.
//
// forward          x, styles, weight   → t at the listed blocks; block (i,j) is the pixels 2i … 2i+1, 2j … 2j+1 of t
// backward         weight, d_t         → d_modulated at the listed cells of x
// backward_styles, backward_x          as in conv3x3_up
//
// Forward: one invocation makes two blocks and four channels, with nine products a block. Backward: one invocation makes
// four cells and four channels. Source: SPEC §2, §4.
// uses lib/layout, lib/cells, lib/reductions, lib/modulation

struct Params { samples: u32, inputs: u32, outputs: u32, height: u32, width: u32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cell_list: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> styles: array<vec4f>;
@group(0) @binding(4) var<storage, read> weight: array<mat4x4f>;
@group(0) @binding(5) var<storage, read_write> t: array<vec4f>;
@group(0) @binding(6) var<storage, read> d_t: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> d_modulated: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> d_styles: array<vec4f>;
@group(0) @binding(9) var<storage, read_write> d_x: array<vec4f>;

fn tap(a: u32, b: u32, input: u32, output: u32) -> mat4x4f {
  return weight[((a * 3u + b) * quads(params.inputs) + input) * quads(params.outputs) + output];
}

/// Modulated x at a cell; zero beyond the border.
fn modulated(sample: u32, cell: vec2i, quad: u32) -> vec4f {
  if (any(cell < vec2i()) || cell.x >= i32(params.height) || cell.y >= i32(params.width)) { return vec4f(); }
  let pixel = (sample * params.height + u32(cell.x)) * params.width + u32(cell.y);
  return styles[sample * vector_stride(params.inputs) / 4u + quad] * x[pixel * quads(params.inputs) + quad];
}

fn store(sample: u32, pixel: vec2u, quad: u32, value: vec4f) {
  let height = 2u * params.height + 1u;
  let width = 2u * params.width + 1u;
  if (pixel.x < height && pixel.y < width) {
    t[((sample * height + pixel.x) * width + pixel.y) * quads(params.outputs) + quad] = value;
  }
}

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let output_quads = quads(params.outputs);
  let index = linear_workgroup(id, count) * 64u + lane;
  let o = index % output_quads;
  let pairs = (cell_count() + 1u) / 2u;
  let sample = index / output_quads / max(pairs, 1u);
  if (pairs == 0u || sample >= params.samples) { return; }
  let first = 2u * (index / output_quads % pairs);
  let second = min(first + 1u, cell_count() - 1u);
  let blocks = array(cell_at(first), cell_at(second));
  // Even and odd rows by even and odd columns, of each block.
  var sums: array<vec4f, 8>;
  for (var c = 0u; c < quads(params.inputs); c++) {
    var here: array<vec4f, 2>; var left: array<vec4f, 2>; var above: array<vec4f, 2>; var corner: array<vec4f, 2>;
    for (var k = 0u; k < 2u; k++) {
      let cell = vec2i(blocks[k]);
      here[k] = modulated(sample, cell, c);
      left[k] = modulated(sample, cell - vec2i(0, 1), c);
      above[k] = modulated(sample, cell - vec2i(1, 0), c);
      corner[k] = modulated(sample, cell - vec2i(1, 1), c);
    }
    let w00 = tap(0u, 0u, c, o); let w01 = tap(0u, 1u, c, o); let w02 = tap(0u, 2u, c, o);
    let w10 = tap(1u, 0u, c, o); let w11 = tap(1u, 1u, c, o); let w12 = tap(1u, 2u, c, o);
    let w20 = tap(2u, 0u, c, o); let w21 = tap(2u, 1u, c, o); let w22 = tap(2u, 2u, c, o);
    for (var k = 0u; k < 2u; k++) {
      sums[4u * k] += w00 * here[k] + w02 * left[k] + w20 * above[k] + w22 * corner[k];
      sums[4u * k + 1u] += w01 * here[k] + w21 * above[k];
      sums[4u * k + 2u] += w10 * here[k] + w12 * left[k];
      sums[4u * k + 3u] += w11 * here[k];
    }
  }
  for (var k = 0u; k < 8u; k++) { store(sample, 2u * blocks[k / 4u] + vec2u(k % 4u / 2u, k % 2u), o, sums[k]); }
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let output_quads = quads(params.outputs);
  let index = linear_workgroup(id, count) * 64u + lane;
  let quad = index % input_quads;
  let groups = (cell_count() + 3u) / 4u;
  let sample = index / input_quads / max(groups, 1u);
  if (groups == 0u || sample >= params.samples) { return; }
  let first = 4u * (index / input_quads % groups);
  let height = 2u * params.height + 1u;
  let width = 2u * params.width + 1u;
  var cells: array<vec2u, 4>;
  var from_t: array<u32, 4>;
  for (var k = 0u; k < 4u; k++) {
    cells[k] = cell_at(min(first + k, cell_count() - 1u));
    from_t[k] = (sample * height + 2u * cells[k].x) * width + 2u * cells[k].y;
  }
  var sums: array<vec4f, 4>;
  for (var a = 0u; a < 3u; a++) {
    for (var b = 0u; b < 3u; b++) {
      for (var o = 0u; o < output_quads; o++) {
        let w = tap(a, b, quad, o);
        for (var k = 0u; k < 4u; k++) { sums[k] += d_t[(from_t[k] + a * width + b) * output_quads + o] * w; }
      }
    }
  }
  for (var k = 0u; k < 4u && first + k < cell_count(); k++) {
    let pixel = (sample * params.height + cells[k].x) * params.width + cells[k].y;
    d_modulated[pixel * input_quads + quad] = sums[k];
  }
}
