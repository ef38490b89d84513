// The pixel to which a cell (y,x) of conv3x3_up's input contributes by tap (a,b): (2y+a, 2x+b). Needs lib/layout and
// d_t.

/// Four channels of the gradient of that pixel.
fn gradient_of_tap(sample: u32, cell: vec2u, tap: u32, quad: u32) -> vec4f {
  let at = 2u * cell + vec2u(tap / 3u, tap % 3u);
  let pixel = (sample * (2u * params.height + 1u) + at.x) * (2u * params.width + 1u) + at.y;
  return d_t[pixel * quads(params.outputs) + quad];
}
