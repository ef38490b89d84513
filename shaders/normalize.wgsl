// Normalisation of z (and of the class embedding) to unit mean square, written into a part of a longer vector.
//
//   y[n, offset + c] = x[n,c] · r[n]                     r[n] = 1 / sqrt( mean_c x[n,c]² + 1e-8 )
//
// forward    x (N,C)           → channels offset … offset + C − 1 of y (N,total)
// backward   x, d_y (N,total)  → d_x[c] = r · d_y[c] − r³ · x[c] · mean_k( x[k] · d_y[k] )
//
// One workgroup a sample. Source: Karras et al. 2019, appendix C; SPEC §1.
// uses lib/layout, lib/reductions

struct Params { samples: u32, channels: u32, total: u32, offset: u32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read> d_y: array<f32>;
@group(0) @binding(4) var<storage, read_write> d_x: array<f32>;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let from_x = id.x * vector_stride(params.channels);
  let to_y = id.x * vector_stride(params.total) + params.offset;
  var sum = 0.0;
  for (var c = lane; c < params.channels; c += 64u) { sum += x[from_x + c] * x[from_x + c]; }
  let scale = inverseSqrt(workgroup_sum(lane, sum) / f32(params.channels) + 1e-8);
  for (var c = lane; c < params.channels; c += 64u) { y[to_y + c] = scale * x[from_x + c]; }
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at_x = id.x * vector_stride(params.channels);
  let at_y = id.x * vector_stride(params.total) + params.offset;
  var squares = 0.0;
  var products = 0.0;
  for (var c = lane; c < params.channels; c += 64u) {
    squares += x[at_x + c] * x[at_x + c];
    products += x[at_x + c] * d_y[at_y + c];
  }
  let sums = workgroup_sum4(lane, vec4f(squares, products, 0.0, 0.0));
  let r = inverseSqrt(sums.x / f32(params.channels) + 1e-8);
  for (var c = lane; c < params.channels; c += 64u) {
    let d = r * d_y[at_y + c] - r * r * r * x[at_x + c] * sums.y / f32(params.channels);
    d_x[at_x + c] = select(0.0, d_x[at_x + c], params.accumulate != 0u) + d;
  }
}
