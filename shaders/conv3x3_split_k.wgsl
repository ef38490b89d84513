// conv3x3_cells with its sum over input channels and taps split among workgroups, so that a layer of few cells and many
// channels fills a large GPU. Two passes, each in a fixed order: parts, then their sum.
//
//   K = 9 · I/4 steps, of which split p does those from p·K/splits to (p+1)·K/splits       (backward: 9 · O/4)
//
// forward_parts    x, styles, weight   → parts (splits,O,N,listed): listed counts the cells of the list
// forward          parts               → u at the listed cells
// backward_parts   weight, d_u         → d_parts (splits,I,N,listed)
// backward         d_parts             → d_modulated at the listed cells
// backward_styles, backward_x, backward_weight   as in conv3x3
//
// Source: SPEC §2, §4.
// uses lib/layout, lib/cells, lib/four_cells, lib/shares, lib/reductions, lib/modulation, lib/weights, lib/split_parts, lib/tap_gradient, lib/weight_gradients

struct Params {
  samples: u32, inputs: u32, outputs: u32, height: u32, width: u32, splits: u32, listed: u32, cells_first: u32, accumulate: u32,
}

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
@group(0) @binding(10) var<storage, read_write> parts: array<vec4f>;
@group(0) @binding(11) var<storage, read_write> d_parts: array<vec4f>;
@group(0) @binding(12) var<storage, read_write> d_weight: array<mat4x4f>;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let output_quads = quads(params.outputs);
  let index = linear_workgroup(id, count) * 64u + lane;
  let work = cell_work(index, output_quads, params.samples);
  if (!work.valid) { return; }
  u[((work.sample * params.height + work.row) * params.width + work.column) * output_quads + work.quad] =
    sum_of_parts(index, work.sample, work.quad);
}

@compute @workgroup_size(64)
fn backward_parts(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let output_quads = quads(params.outputs);
  let share = share_of(linear_workgroup(id, count) * 64u + lane, group_count(), input_quads * params.splits);
  if (!share.valid) { return; }
  let quad = share.quad % input_quads;
  let split = share.quad / input_quads;
  let four = four_cells(share.group);
  let begin = split * 9u * output_quads / params.splits;
  let end = (split + 1u) * 9u * output_quads / params.splits;
  var sums: array<vec4f, 4>;
  for (var tap = 0u; tap < 9u; tap++) {
    let start = max(begin, tap * output_quads);
    let to = max(start, min(end, (tap + 1u) * output_quads));
    let steps = to - start;
    if (steps == 0u) { continue; }
    let offset = 1 - vec2i(i32(tap / 3u), i32(tap % 3u));
    var from_u: array<u32, 4>;
    for (var k = 0u; k < 4u; k++) { from_u[k] = neighbour(four.sample, four.cells[k], offset); }
    for (var step = 0u; step < most_steps; step++) {
      if (step >= steps) { break; }
      let o = start + step - tap * output_quads;
      let w = weight_at((tap * input_quads + quad) * output_quads + o);
      for (var k = 0u; k < 4u; k++) {
        if (from_u[k] != 0xffffffffu) { sums[k] += d_u[from_u[k] * output_quads + o] * w; }
      }
    }
  }
  let first = 4u * (share.group % ((cell_count() + 3u) / 4u));
  for (var k = 0u; k < 4u; k++) {
    if (k < four.count) { d_parts[part_at(split, four.sample, first + k, quad, input_quads)] = sums[k]; }
  }
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let index = linear_workgroup(id, count) * 64u + lane;
  let work = cell_work(index, input_quads, params.samples);
  if (!work.valid) { return; }
  let splits = params.splits;
  var sum = vec4f();
  for (var split = 0u; split < most_steps; split++) {
    if (split >= splits) { break; }
    sum += d_parts[part_at(split, work.sample, index / input_quads % cell_count(), work.quad, input_quads)];
  }
  d_modulated[((work.sample * params.height + work.row) * params.width + work.column) * input_quads + work.quad] = sum;
}
