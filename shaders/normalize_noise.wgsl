// Brings a noise map back to mean 0 and variance 1, in place.
//
//   x ← (x − mean) / sqrt(mean of squares − mean² + 1e-8)
//
// forward_rows  x (H,W)   → sums (H,2): Σ x and Σ x² of the rows
// forward       sums      → x
//
// One workgroup a row; each adds up the rows' sums by itself, in the same order. A map of one value becomes zero.
// Source: Karras et al. 2020, appendix D.
// uses lib/layout, lib/reductions

struct Params { height: u32, width: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<vec2f>;

@compute @workgroup_size(64)
fn forward_rows(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = linear_workgroup(id, count);
  var sum = vec2f();
  if (row < params.height) {
    for (var column = lane; column < params.width; column += 64u) {
      let value = x[row * params.width + column];
      sum += vec2f(value, value * value);
    }
  }
  sum = workgroup_sum4(lane, vec4f(sum, 0.0, 0.0)).xy;
  if (lane == 0u && row < params.height) { sums[row] = sum; }
}

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = linear_workgroup(id, count);
  var sum = vec2f();
  for (var other = lane; other < params.height; other += 64u) { sum += sums[other]; }
  let moments = workgroup_sum4(lane, vec4f(sum, 0.0, 0.0)).xy / f32(params.height * params.width);
  let scale = inverseSqrt(max(moments.y - moments.x * moments.x, 0.0) + 1e-8);
  if (row >= params.height) { return; }
  for (var column = lane; column < params.width; column += 64u) {
    let at = row * params.width + column;
    x[at] = scale * (x[at] - moments.x);
  }
}
