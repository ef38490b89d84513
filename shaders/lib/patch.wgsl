// The patch of motion supervision around a handle p: every pixel (i, k) of the image with
//
//   sqrt((X_i − p_row)² + (X_k − p_column)²) < radius          X_i = i·H/(H−1)
//
// X runs evenly from 0 to H in H values, a quirk of the reference that is kept for parity. Since i ≤ X_i ≤ i + 1, the
// patch lies within rows and columns p − radius .. p + radius − 1. Source: SPEC §3.4.

fn patch_origin(point: vec2f) -> vec2i { return vec2i(point) - i32(params.radius); }

fn in_patch(pixel: vec2i, point: vec2f) -> bool {
  let side = i32(params.side);
  // Times H − 1, so that both sides are whole numbers.
  let offset = vec2f(pixel * side - vec2i(point) * (side - 1));
  let radius = f32(params.radius) * f32(side - 1);
  return all(pixel >= vec2i()) && all(pixel < vec2i(side)) && dot(offset, offset) < radius * radius;
}
