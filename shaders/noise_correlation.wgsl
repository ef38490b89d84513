// A loss: the squared correlation of neighbours in a noise map, which measures how much of a picture it carries.
//
//   c₀ = 1/(H·W) · Σ x[y,x] · x[y,x+1]      c₁ = 1/(H·W) · Σ x[y,x] · x[y+1,x]      indices wrap around
//   loss = factor · (c₀² + c₁²)             losses are its two parts
//
// forward_rows  x (H,W)         → sums (H,2): of the rows of both c
// forward       sums            → correlations c (2), losses (2)
// backward      x, correlations → d_x[y,x] = 2 · factor / (H·W) · (c₀ · (x[y,x−1] + x[y,x+1]) + c₁ · (x[y−1,x] + x[y+1,x]))
//
// Forward: one workgroup a row, and one for their sum, in a fixed order. Backward: one invocation a pixel. Source:
// Karras et al. 2020, appendix D.
// uses lib/layout, lib/reductions

struct Params { height: u32, width: u32, accumulate: u32, factor: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> correlations: array<f32>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;
@group(0) @binding(5) var<storage, read_write> d_x: array<f32>;

/// The value at a place whose row or column may be one beyond the last, which wraps to the first.
fn around(row: u32, column: u32) -> f32 { return x[row % params.height * params.width + column % params.width]; }

@compute @workgroup_size(64)
fn forward_rows(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = linear_workgroup(id, count);
  var sum = vec2f();
  if (row < params.height) {
    for (var column = lane; column < params.width; column += 64u) {
      sum += around(row, column) * vec2f(around(row, column + 1u), around(row + 1u, column));
    }
  }
  sum = workgroup_sum4(lane, vec4f(sum, 0.0, 0.0)).xy;
  if (lane == 0u && row < params.height) { sums[row] = sum; }
}

@compute @workgroup_size(64)
fn forward(@builtin(local_invocation_index) lane: u32) {
  var sum = vec2f();
  for (var row = lane; row < params.height; row += 64u) { sum += sums[row]; }
  sum = workgroup_sum4(lane, vec4f(sum, 0.0, 0.0)).xy / f32(params.height * params.width);
  if (lane < 2u) {
    correlations[lane] = sum[lane];
    losses[lane] = params.factor * sum[lane] * sum[lane];
  }
}

@compute @workgroup_size(64)
fn backward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = linear_workgroup(id, count) * 64u + lane;
  if (at >= params.height * params.width) { return; }
  let row = at / params.width;
  let column = at % params.width;
  let beside = around(row, column + params.width - 1u) + around(row, column + 1u);
  let above = around(row + params.height - 1u, column) + around(row + 1u, column);
  let d = 2.0 * params.factor / f32(params.height * params.width) * (correlations[0] * beside + correlations[1] * above);
  d_x[at] = select(0.0, d_x[at], params.accumulate != 0u) + d;
}
