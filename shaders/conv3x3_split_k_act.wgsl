// conv3x3_split_k with bias_act in its second pass: u is never stored. Forward alone: the backward pass is theirs.
//
//   y = bias_act( Σ_splits parts )
//
// forward_parts  x (N,I,H,W), styles (N,I), weight (O,I,3,3)          → parts (splits,O,N,listed), as in conv3x3_split_k
// forward        parts, demodulation (N,O), noise (H,W), bias (O)     → y (N,O,H,W)
//
// uses lib/layout, lib/cells, lib/four_cells, lib/shares, lib/weights, lib/activation

struct Params {
  samples: u32, inputs: u32, outputs: u32, height: u32, width: u32, splits: u32, listed: u32, cells_first: u32,
  slope: f32, gain: f32, clamp: f32, noise_gain: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cell_list: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> styles: array<vec4f>;
@group(0) @binding(4) var<storage, read> weight: array<WeightBlock>;
@group(0) @binding(5) var<storage, read_write> parts: array<vec4f>;
@group(0) @binding(6) var<storage, read> demodulation: array<vec4f>;
@group(0) @binding(7) var<storage, read> noise: array<f32>;
@group(0) @binding(8) var<storage, read> bias: array<vec4f>;
@group(0) @binding(9) var<storage, read_write> y: array<vec4f>;

/// Where the part of a split for cell k of the list begins.
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
  let end = (split + 1u) * 9u * input_quads / params.splits;
  var sums: array<vec4f, 4>;
  var step = split * 9u * input_quads / params.splits;
  while (step < end) {
    let tap = step / input_quads;
    let offset = vec2i(i32(tap / 3u), i32(tap % 3u)) - 1;
    var from_x: array<u32, 4>;
    for (var k = 0u; k < 4u; k++) { from_x[k] = neighbour(four.sample, four.cells[k], offset); }
    for (; step < min(end, (tap + 1u) * input_quads); step++) {
      let i = step - tap * input_quads;
      let w = weight_at(step * output_quads + quad);
      let s = styles[style + i];
      for (var k = 0u; k < 4u; k++) {
        if (from_x[k] != 0xffffffffu) { sums[k] += w * (s * x[from_x[k] * input_quads + i]); }
      }
    }
  }
  let first = 4u * (share.group % ((cell_count() + 3u) / 4u));
  for (var k = 0u; k < four.count; k++) { parts[part_at(split, four.sample, first + k, quad, output_quads)] = sums[k]; }
}

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let output_quads = quads(params.outputs);
  let index = linear_workgroup(id, count) * 64u + lane;
  let work = cell_work(index, output_quads, params.samples);
  if (!work.valid) { return; }
  var sum = vec4f();
  for (var split = 0u; split < params.splits; split++) {
    sum += parts[part_at(split, work.sample, index / output_quads % cell_count(), work.quad, output_quads)];
  }
  let pixel = work.row * params.width + work.column;
  let at = (work.sample * params.height * params.width + pixel) * output_quads + work.quad;
  y[at] = activated(sum, work.sample, pixel, work.quad, params.outputs);
}
