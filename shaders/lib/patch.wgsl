// The patch of motion supervision around a handle p: every pixel (i, k) of the image, H high and W wide, with
//
//   sqrt((X_i − p_row)² + (Y_k − p_column)²) < radius          X_i = i·H/(H−1), Y_k = k·W/(W−1)
//
// X runs evenly from 0 to H in H values (Y to W in W), a quirk of the reference that is kept for parity. Since
// i ≤ X_i ≤ i + 1, the patch lies within rows and columns p − radius .. p + radius − 1. Source: SPEC §3.4.

fn image_size() -> vec2i { return vec2i(i32(params.image_height), i32(params.image_width)); }

fn in_image(pixel: vec2i) -> bool { return all(pixel >= vec2i()) && all(pixel < image_size()); }

fn patch_origin(point: vec2f) -> vec2i { return vec2i(point) - i32(params.radius); }

fn in_patch(pixel: vec2i, point: vec2f) -> bool {
  let size = image_size();
  // Times H − 1 and W − 1 (once, where they are the same), so that both sides are whole numbers.
  let factor = select(size.yx - 1, vec2i(1), size.x == size.y);
  let offset = vec2f(pixel * size - vec2i(point) * (size - 1)) * vec2f(factor);
  let radius = f32(params.radius) * f32(size.x - 1) * f32(factor.x);
  return in_image(pixel) && dot(offset, offset) < radius * radius;
}
