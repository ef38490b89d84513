// The gradient of a 3×3 convolution's weights, shared by all of its kernels: entry point backward_weight.
//
//   d_weight[o,i,a,b] = Σ_n Σ_cells modulated[n,i,cell] · d[n,o, the pixel that tap (a,b) makes of the cell]
//
// d is the gradient of the convolution's result. A 4×4 block of one tap is the sum of outer products over the cells of
// the input. Lanes share out the cells of a block and add up their parts in a fixed order: one lane where a map has few
// cells (such layers have many blocks), up to all 64 of a workgroup where it has many (and few blocks). So a GPU is
// busy at every resolution. d_weight is f32, however the weights are stored.
// Needs lib/layout, lib/cells, modulated_at, gradient_of_tap, and d_weight.

var<workgroup> partial_blocks: array<mat4x4f, 64>;

/// Number of lanes that share out a block: about sixteen cells each.
fn lanes_of_block() -> u32 {
  var lanes = 1u;
  while (lanes < 64u && 16u * lanes < params.height * params.width) { lanes *= 2u; }
  return lanes;
}

@compute @workgroup_size(64)
fn backward_weight(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let output_quads = quads(params.outputs);
  let blocks_of_tap = quads(params.inputs) * output_quads;
  let lanes = lanes_of_block();
  let place = linear_workgroup(id, count) * (64u / lanes) + lane / lanes;
  let valid = place < 9u * blocks_of_tap;
  let part = lane % lanes;
  var sum: mat4x4f;
  if (valid) {
    let tap = place / blocks_of_tap;
    let input = place % blocks_of_tap / output_quads;
    let output = place % output_quads;
    for (var sample = 0u; sample < params.samples; sample++) {
      for (var k = part; k < cell_count(); k += lanes) {
        let cell = cell_at(k);
        let pixel = (sample * params.height + cell.x) * params.width + cell.y;
        let m = modulated_at(sample, pixel, input);
        let d = gradient_of_tap(sample, cell, tap, output);
        sum += mat4x4f(m.x * d, m.y * d, m.z * d, m.w * d);
      }
    }
  }
  partial_blocks[lane] = sum;
  for (var half = lanes / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (part < half) { partial_blocks[lane] += partial_blocks[lane + half]; }
  }
  if (valid && part == 0u) {
    sum = partial_blocks[lane];
    if (params.accumulate != 0u) { sum += d_weight[place]; }
    d_weight[place] = sum;
  }
}
