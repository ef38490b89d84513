// The pixel to which a cell (y,x) of conv3x3's input contributes by tap (a,b): (y−a+1, x−b+1). Needs lib/layout and
// d_u.

/// Four channels of the gradient of that pixel, zero outside the map.
fn gradient_of_tap(sample: u32, cell: vec2u, tap: u32, quad: u32) -> vec4f {
  let at = vec2i(cell) + 1 - vec2i(i32(tap / 3u), i32(tap % 3u));
  if (any(at < vec2i()) || at.x >= i32(params.height) || at.y >= i32(params.width)) { return vec4f(); }
  return d_u[((sample * params.height + u32(at.x)) * params.width + u32(at.y)) * quads(params.outputs) + quad];
}
