// The bilinear resize of a feature map to the image's size, read pixel by pixel: the resized map is never stored. Needs
// lib/resize_axis. Source: SPEC §3.

/// Linear interpolation that gives exactly `a` where a = b, so that unchanged features have a difference of exactly 0.
fn between(a: vec4f, b: vec4f, fraction: f32) -> vec4f { return a + fraction * (b - a); }

/// The four cells around a pixel: where their channels begin in `features` (upper two, lower two), and where the pixel
/// lies between them (down, across).
struct Corners { at: vec4u, fractions: vec2f }

fn resize_corners(pixel: vec2u) -> Corners {
  let row = resize_axis(down_axis(), pixel.x);
  let column = resize_axis(across_axis(), pixel.y);
  let cells = vec4u(row.low, row.low, row.high, row.high) * params.width + vec4u(column.low, column.high, column.low, column.high);
  return Corners(cells * quads(params.channels), vec2f(row.fraction, column.fraction));
}

/// Four channels of the resized map.
fn resized(corners: Corners, quad: u32) -> vec4f {
  let at = corners.at + quad;
  let upper = between(features[at.x], features[at.y], corners.fractions.y);
  let lower = between(features[at.z], features[at.w], corners.fractions.y);
  return between(upper, lower, corners.fractions.x);
}
