// The forward passes of a convolution with split sums, which conv3x3_split_k and its fused form share. Needs
// lib/layout, lib/cells, lib/four_cells, lib/shares, lib/weights, and x, styles and parts.

/// The place in `parts` of a split's part, for cell k of the list and a group of four channels.
fn part_at(split: u32, sample: u32, k: u32, quad: u32, quad_count: u32) -> u32 {
  return ((split * params.samples + sample) * params.listed + k) * quad_count + quad;
}

@compute @workgroup_size(64)
fn forward_parts(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let output_quads = quads(params.outputs);
  let share = share_of(linear_workgroup(id, count) * 64u + lane, group_count(), output_quads * params.splits);
  if (!share.valid) { return; }
  let quad = share.quad % output_quads;
  let split = share.quad / output_quads;
  let four = four_cells(share.group);
  let style = four.sample * vector_stride(params.inputs) / 4u;
  let begin = split * 9u * input_quads / params.splits;
  let end = (split + 1u) * 9u * input_quads / params.splits;
  var sums: array<vec4f, 4>;
  for (var tap = 0u; tap < 9u; tap++) {
    let start = max(begin, tap * input_quads);
    let to = max(start, min(end, (tap + 1u) * input_quads));
    let steps = to - start;
    if (steps == 0u) { continue; }
    let offset = vec2i(i32(tap / 3u), i32(tap % 3u)) - 1;
    var from_x: array<u32, 4>;
    for (var k = 0u; k < 4u; k++) { from_x[k] = neighbour(four.sample, four.cells[k], offset); }
    for (var step = 0u; step < most_steps; step++) {
      if (step >= steps) { break; }
      let i = start + step - tap * input_quads;
      let w = weight_at((start + step) * output_quads + quad);
      let s = styles[style + i];
      for (var k = 0u; k < 4u; k++) {
        if (from_x[k] != 0xffffffffu) { sums[k] += w * (s * x[from_x[k] * input_quads + i]); }
      }
    }
  }
  let first = 4u * (share.group % ((cell_count() + 3u) / 4u));
  for (var k = 0u; k < 4u; k++) {
    if (k < four.count) { parts[part_at(split, four.sample, first + k, quad, output_quads)] = sums[k]; }
  }
}

/// The sum of all parts for the cell and the four channels of invocation `index`, whose sample and group are given.
fn sum_of_parts(index: u32, sample: u32, quad: u32) -> vec4f {
  let output_quads = quads(params.outputs);
  let splits = params.splits;
  var sum = vec4f();
  for (var split = 0u; split < most_steps; split++) {
    if (split >= splits) { break; }
    sum += parts[part_at(split, sample, index / output_quads % cell_count(), quad, output_quads)];
  }
  return sum;
}
