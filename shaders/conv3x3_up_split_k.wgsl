// conv3x3_up_cells with its sum over input channels and taps split among workgroups, as conv3x3_split_k does it.
//
// forward_parts    x, styles, weight   → parts (4·splits,O,N,listed), by parity and split of the listed blocks
// forward          parts               → t at the listed blocks
// backward_parts   weight, d_t         → d_parts (splits,I,N,listed), of the listed cells of x
// backward         d_parts             → d_modulated
// backward_styles, backward_x, backward_weight   as in conv3x3_up
//
// A parity has (2 − row)·(2 − column) taps, so its K = taps · I/4 steps are shared out among the splits by themselves.
// Source: SPEC §2, §4.
// uses lib/layout, lib/cells, lib/shares, lib/reductions, lib/modulation, lib/weights, lib/up_blocks, lib/up_tap_gradient, lib/weight_gradients

struct Params {
  samples: u32, inputs: u32, outputs: u32, height: u32, width: u32, splits: u32, listed: u32, cells_first: u32, accumulate: u32,
}

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
@group(0) @binding(10) var<storage, read_write> parts: array<vec4f>;
@group(0) @binding(11) var<storage, read_write> d_parts: array<vec4f>;
@group(0) @binding(12) var<storage, read_write> d_weight: array<mat4x4f>;

/// The place of a value in `parts` or `d_parts`; `part` numbers the splits, and forward those of each parity.
fn part_at(part: u32, sample: u32, k: u32, quad: u32, quad_count: u32) -> u32 {
  return ((part * params.samples + sample) * params.listed + k) * quad_count + quad;
}

@compute @workgroup_size(64)
fn forward_parts(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let output_quads = quads(params.outputs);
  let share = share_of(linear_workgroup(id, count) * 64u + lane, params.samples * fours(), 4u * params.splits * output_quads);
  if (!share.valid) { return; }
  let o = share.quad % output_quads;
  let part = share.quad / output_quads;
  let split = part % params.splits;
  let parity = vec2u(part / params.splits / 2u, part / params.splits % 2u);
  let sample = share.group / fours();
  let first = 4u * (share.group % fours());
  let style = sample * vector_stride(params.inputs) / 4u;
  let columns = 2u - parity.y;
  let steps = (2u - parity.x) * columns * input_quads;
  let begin = split * steps / params.splits;
  let end = (split + 1u) * steps / params.splits;
  let taps = (2u - parity.x) * columns;
  var blocks: array<vec2u, 4>;
  for (var k = 0u; k < 4u; k++) { blocks[k] = cell_at(min(first + k, cell_count() - 1u)); }
  var sums: array<vec4f, 4>;
  for (var which = 0u; which < 4u; which++) {
    if (which >= taps) { break; }
    let start = max(begin, which * input_quads);
    let to = max(start, min(end, (which + 1u) * input_quads));
    let steps_of_tap = to - start;
    if (steps_of_tap == 0u) { continue; }
    let a = parity.x + 2u * (which / columns);
    let b = parity.y + 2u * (which % columns);
    var from_x: array<u32, 4>;
    for (var k = 0u; k < 4u; k++) { from_x[k] = cell_of_x(sample, vec2i(blocks[k]) - vec2i(vec2u(a, b) / 2u)); }
    for (var step = 0u; step < most_steps; step++) {
      if (step >= steps_of_tap) { break; }
      let c = start + step - which * input_quads;
      let w = tap(a, b, c, o);
      let s = styles[style + c];
      for (var k = 0u; k < 4u; k++) {
        if (from_x[k] != 0xffffffffu) { sums[k] += w * (s * x[from_x[k] * input_quads + c]); }
      }
    }
  }
  for (var k = 0u; k < 4u; k++) {
    if (first + k < cell_count()) { parts[part_at(part, sample, first + k, o, output_quads)] = sums[k]; }
  }
}

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let output_quads = quads(params.outputs);
  let index = linear_workgroup(id, count) * 64u + lane;
  let work = cell_work(index / 4u, output_quads, params.samples);
  if (!work.valid) { return; }
  let parity = index % 4u;
  let pixel = 2u * vec2u(work.row, work.column) + vec2u(parity / 2u, parity % 2u);
  let height = 2u * params.height + 1u;
  let width = 2u * params.width + 1u;
  if (pixel.x >= height || pixel.y >= width) { return; }
  let splits = params.splits;
  var sum = vec4f();
  for (var split = 0u; split < most_steps; split++) {
    if (split >= splits) { break; }
    sum += parts[part_at(parity * params.splits + split, work.sample, index / 4u / output_quads % cell_count(), work.quad, output_quads)];
  }
  t[((work.sample * height + pixel.x) * width + pixel.y) * output_quads + work.quad] = sum;
}

@compute @workgroup_size(64)
fn backward_parts(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let output_quads = quads(params.outputs);
  let share = share_of(linear_workgroup(id, count) * 64u + lane, params.samples * fours(), params.splits * input_quads);
  if (!share.valid) { return; }
  let quad = share.quad % input_quads;
  let split = share.quad / input_quads;
  let sample = share.group / fours();
  let first = 4u * (share.group % fours());
  let height = 2u * params.height + 1u;
  let width = 2u * params.width + 1u;
  let begin = split * 9u * output_quads / params.splits;
  let end = (split + 1u) * 9u * output_quads / params.splits;
  let steps = end - begin;
  var from_t: array<u32, 4>;
  for (var k = 0u; k < 4u; k++) {
    let cell = cell_at(min(first + k, cell_count() - 1u));
    from_t[k] = (sample * height + 2u * cell.x) * width + 2u * cell.y;
  }
  var sums: array<vec4f, 4>;
  for (var step = 0u; step < most_steps; step++) {
    if (step >= steps) { break; }
    let which = (begin + step) / output_quads;
    let o = begin + step - which * output_quads;
    let offset = which / 3u * width + which % 3u;
    let w = tap(which / 3u, which % 3u, quad, o);
    for (var k = 0u; k < 4u; k++) { sums[k] += d_t[(from_t[k] + offset) * output_quads + o] * w; }
  }
  for (var k = 0u; k < 4u; k++) {
    if (first + k < cell_count()) { d_parts[part_at(split, sample, first + k, quad, input_quads)] = sums[k]; }
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
