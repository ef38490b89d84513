// conv3x3_up_cells with its sum over input channels and taps split among the lanes of a workgroup, as conv3x3_lanes does.
//
// forward          x, styles, weight   → t at the listed blocks of 2×2 pixels
// backward         weight, d_t         → d_modulated at the listed cells of x
// backward_styles, backward_x, backward_weight   as in conv3x3_up
//
// Forward, a set makes all four pixels of four blocks, so that each of the nine blocks of weights is read once and nine
// products are made of the four cells of x that a block depends on. Source: SPEC §2, §4.
// uses lib/layout, lib/cells, lib/lanes, lib/lane_cells, lib/reductions, lib/modulation, lib/weights, lib/up_lane_gradients, lib/up_tap_gradient, lib/weight_gradients

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

/// The sums of four blocks, by the parity of the pixel's row and column.
struct BlockSums { even_even: array<vec4f, 4>, even_odd: array<vec4f, 4>, odd_even: array<vec4f, 4>, odd_odd: array<vec4f, 4> }

/// The cells of x that a block depends on: that of its own place, and those to the left, above, and across.
struct Sources { here: Near, left: Near, above: Near, across: Near }

fn sources(sample: u32, cell: vec2u) -> Sources {
  let here = near(sample, cell, vec2i());
  let left = near(sample, cell, -vec2i(0, 1));
  let above = near(sample, cell, -vec2i(1, 0));
  let across = near(sample, cell, -vec2i(1));
  return Sources(here, left, above, across);
}

@compute @workgroup_size(256)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let output_quads = quads(params.outputs);
  let group = linear_workgroup(id, count);
  // Sixteen blocks a workgroup, four a set.
  let groups = (cell_count() + 15u) / 16u;
  let part = group / output_quads;
  let sample = part / max(groups, 1u);
  let quad = group % output_quads;
  let first = 16u * (part % max(groups, 1u));
  if (groups == 0u || sample >= params.samples) { return; }
  let parts = block_sums(sample, first + 4u * (lane / lanes), quad, lane);
  add_pair(lane, 0u, 16u, parts.even_even[0], parts.even_even[1]);
  add_pair(lane, 1u, 16u, parts.even_even[2], parts.even_even[3]);
  add_pair(lane, 2u, 16u, parts.even_odd[0], parts.even_odd[1]);
  add_pair(lane, 3u, 16u, parts.even_odd[2], parts.even_odd[3]);
  add_pair(lane, 4u, 16u, parts.odd_even[0], parts.odd_even[1]);
  add_pair(lane, 5u, 16u, parts.odd_even[2], parts.odd_even[3]);
  add_pair(lane, 6u, 16u, parts.odd_odd[0], parts.odd_odd[1]);
  add_pair(lane, 7u, 16u, parts.odd_odd[2], parts.odd_odd[3]);
  workgroupBarrier();
  // Sum number 16 · set + 4 · parity + block of the set.
  let k = first + 4u * (lane / 16u) + lane % 4u;
  if (lane >= 64u || k >= cell_count()) { return; }
  let parity = lane / 4u % 4u;
  let pixel = 2u * cell_at(k) + vec2u(parity / 2u, parity % 2u);
  let size = 2u * vec2u(params.height, params.width) + 1u;
  if (any(pixel >= size)) { return; }
  t[((sample * size.x + pixel.x) * size.y + pixel.y) * output_quads + quad] = lane_sums[lane];
}

/// A lane's parts of the sums of four blocks, from block number `first` of the list on.
fn block_sums(sample: u32, first: u32, quad: u32, invocation: u32) -> BlockSums {
  let input_quads = quads(params.inputs);
  let style = sample * vector_stride(params.inputs) / 4u;
  let steps = (input_quads + lanes - 1u) / lanes;
  var sums: BlockSums;
  if (first >= cell_count()) { return sums; }
  var from_x: array<Sources, 4>;
  for (var k = 0u; k < 4u; k++) { from_x[k] = sources(sample, cell_at(min(first + k, cell_count() - 1u))); }
  for (var step = 0u; step < most_steps; step++) {
    if (step >= steps) { break; }
    let i = step * lanes + invocation % lanes;
    if (i < input_quads) {
      let s = styles[style + i];
      var here: array<vec4f, 4>;
      var left: array<vec4f, 4>;
      var above: array<vec4f, 4>;
      var across: array<vec4f, 4>;
      for (var k = 0u; k < 4u; k++) {
        here[k] = modulated_source(from_x[k].here, s, i);
        left[k] = modulated_source(from_x[k].left, s, i);
        above[k] = modulated_source(from_x[k].above, s, i);
        across[k] = modulated_source(from_x[k].across, s, i);
      }
      let w00 = weight_of(0u, i, quad);
      let w02 = weight_of(2u, i, quad);
      let w20 = weight_of(6u, i, quad);
      let w22 = weight_of(8u, i, quad);
      for (var k = 0u; k < 4u; k++) { sums.even_even[k] += w00 * here[k] + w02 * left[k] + w20 * above[k] + w22 * across[k]; }
      let w01 = weight_of(1u, i, quad);
      let w21 = weight_of(7u, i, quad);
      for (var k = 0u; k < 4u; k++) { sums.even_odd[k] += w01 * here[k] + w21 * above[k]; }
      let w10 = weight_of(3u, i, quad);
      let w12 = weight_of(5u, i, quad);
      for (var k = 0u; k < 4u; k++) { sums.odd_even[k] += w10 * here[k] + w12 * left[k]; }
      let w11 = weight_of(4u, i, quad);
      for (var k = 0u; k < 4u; k++) { sums.odd_odd[k] += w11 * here[k]; }
    }
  }
  return sums;
}

fn modulated_source(source: Near, style: vec4f, i: u32) -> vec4f {
  return source.factor * style * x[source.pixel * quads(params.inputs) + i];
}

fn weight_of(tap: u32, input: u32, output: u32) -> mat4x4f {
  return weight_at((tap * quads(params.inputs) + input) * quads(params.outputs) + output);
}

@compute @workgroup_size(256)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let work = lane_work(linear_workgroup(id, count), input_quads);
  if (!work.valid) { return; }
  add_lanes(lane, lane_gradients_at(work, lane));
  let k = work.cells_from + lane;
  if (lane >= 32u || k >= cell_count()) { return; }
  let cell = cell_at(k);
  d_modulated[((work.sample * params.height + cell.x) * params.width + cell.y) * input_quads + work.quad] = lane_sums[lane];
}
