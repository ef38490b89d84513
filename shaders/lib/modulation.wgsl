// The gradients of a modulation x̃ = s · x, shared by both convolutions: entry points backward_styles and backward_x.
//
//   d_styles[n,i] = Σ_yx x[n,i,y,x] · d_modulated[n,i,y,x]            d_x = s · d_modulated
//
// d_modulated (N,I,H,W) is the gradient of the modulated input. Styles: one workgroup for four channels of a sample,
// summed over the cells in a fixed order. Needs lib/layout, lib/cells, lib/reductions.

/// Four channels of the modulated input; `pixel` is counted through the maps of all samples.
fn modulated_at(sample: u32, pixel: u32, quad: u32) -> vec4f {
  return styles[sample * vector_stride(params.inputs) / 4u + quad] * x[pixel * quads(params.inputs) + quad];
}

@compute @workgroup_size(64)
fn backward_styles(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let group = linear_workgroup(id, count);
  let sample = group / input_quads;
  let quad = group % input_quads;
  var sum = vec4f();
  if (sample < params.samples) {
    for (var k = lane; k < cell_count(); k += 64u) {
      let cell = cell_at(k);
      let at = ((sample * params.height + cell.x) * params.width + cell.y) * input_quads + quad;
      sum += x[at] * d_modulated[at];
    }
  }
  sum = workgroup_sum4(lane, sum);
  if (lane == 0u && sample < params.samples) {
    let at = sample * vector_stride(params.inputs) / 4u + quad;
    d_styles[at] = select(vec4f(), d_styles[at], params.accumulate != 0u) + sum;
  }
}

@compute @workgroup_size(64)
fn backward_x(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let work = cell_work(linear_workgroup(id, count) * 64u + lane, input_quads, params.samples);
  if (!work.valid) { return; }
  let at = ((work.sample * params.height + work.row) * params.width + work.column) * input_quads + work.quad;
  let modulated = styles[work.sample * vector_stride(params.inputs) / 4u + work.quad] * d_modulated[at];
  d_x[at] = select(vec4f(), d_x[at], params.accumulate != 0u) + modulated;
}
