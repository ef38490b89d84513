// Modulation by itself: the input of a convolution times its styles, once for all taps and output channels. Where there
// are many cells this spares the convolution's inner loop a fifth of its multiplications.
//
//   modulated[n,i,y,x] = s[n,i] · x[n,i,y,x]
//
// forward          x (N,I,H,W), styles (N,I)   → modulated (N,I,H,W) at the listed cells
// backward_styles  x, d_modulated              → d_styles[n,i] = Σ_yx x · d_modulated
// backward_x       styles, d_modulated         → d_x = s · d_modulated
//
// One invocation a cell and four channels. Source: SPEC §2.
// uses lib/layout, lib/cells, lib/reductions, lib/modulation

struct Params { samples: u32, inputs: u32, height: u32, width: u32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cell_list: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> styles: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> modulated: array<vec4f>;
@group(0) @binding(5) var<storage, read> d_modulated: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> d_styles: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> d_x: array<vec4f>;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let input_quads = quads(params.inputs);
  let work = cell_work(linear_workgroup(id, count) * 64u + lane, input_quads, params.samples);
  if (!work.valid) { return; }
  let at = ((work.sample * params.height + work.row) * params.width + work.column) * input_quads + work.quad;
  modulated[at] = styles[work.sample * vector_stride(params.inputs) / 4u + work.quad] * x[at];
}
