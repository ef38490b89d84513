// Between a map and one of half its size: the low-pass filter f = [1,3,3,1]/4 along each axis, zero outside.
//
//   enlarged[y,x]  = Σ_ab f[a] · f[b] · z[y+a−2, x+b−2]             z[2i,2j] = coarse[i,j], else 0
//   gathered[i,j]  = Σ_ab f[a] · f[b] · fine[2i−a+2, 2j−b+2]        the adjoint of `enlarged`
//
// `height` and `width` of Params are the finer map's. Needs lib/layout, and coarse_value and fine_value, which read four
// channels at their place in a map.

const low_pass = array<f32, 4>(0.25, 0.75, 0.75, 0.25);

fn enlarged(sample: u32, row: u32, column: u32, quad: u32) -> vec4f {
  let height = params.height / 2u;
  let width = params.width / 2u;
  var sum = vec4f();
  // Only taps with y + a even meet a value: a = y mod 2 and y mod 2 + 2.
  for (var a = row % 2u; a < 4u; a += 2u) {
    let i = (row + a) / 2u;
    if (i < 1u || i > height) { continue; }
    for (var b = column % 2u; b < 4u; b += 2u) {
      let j = (column + b) / 2u;
      if (j < 1u || j > width) { continue; }
      let pixel = (sample * height + i - 1u) * width + j - 1u;
      sum += low_pass[a] * low_pass[b] * coarse_value(pixel * quads(params.channels) + quad);
    }
  }
  return sum;
}

fn gathered(sample: u32, row: u32, column: u32, quad: u32) -> vec4f {
  var sum = vec4f();
  for (var a = 0u; a < 4u; a++) {
    let y = 2u * row + 2u - a;
    if (y >= params.height) { continue; } // below zero wraps to a large number
    for (var b = 0u; b < 4u; b++) {
      let x = 2u * column + 2u - b;
      if (x >= params.width) { continue; }
      let pixel = (sample * params.height + y) * params.width + x;
      sum += low_pass[a] * low_pass[b] * fine_value(pixel * quads(params.channels) + quad);
    }
  }
  return sum;
}
