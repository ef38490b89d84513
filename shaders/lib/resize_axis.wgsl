// Where the pixels of the image lie between the cells of a feature map, on one axis.
//
// Pixel i lies at (i + 0.5)·cells/side − 0.5 between two cells, not below 0, the upper cell not above cells − 1. In whole
// numbers that is ((2i + 1)·cells − side) / (2·side), so no rounding moves a pixel to another cell. Source: SPEC §3.

/// The two cells around a pixel on one axis.
struct Axis { low: u32, high: u32, fraction: f32 }

fn resize_axis(pixel: u32) -> Axis {
  let denominator = 2u * params.side;
  let numerator = u32(max(i32((2u * pixel + 1u) * params.cells) - i32(params.side), 0));
  let low = numerator / denominator;
  return Axis(low, min(low + 1u, params.cells - 1u), f32(numerator % denominator) / f32(denominator));
}

/// How much of a pixel's value comes from a cell, on one axis.
fn cell_weight(axis: Axis, cell: u32) -> f32 {
  return select(0.0, 1.0 - axis.fraction, axis.low == cell) + select(0.0, axis.fraction, axis.high == cell);
}

/// The first pixel whose lower cell is `cell`: those of a cell are first_pixel(cell) .. first_pixel(cell + 1).
fn first_pixel(cell: u32) -> u32 {
  let first = ((2u * cell + 1u) * params.side + params.cells - 1u) / (2u * params.cells);
  return select(min(first, params.side), 0u, cell == 0u);
}

/// Where a pixel lies between its lower cell and the next: what resize_axis finds, where the lower cell is known.
fn fraction_from(low: u32, pixel: u32) -> f32 {
  let numerator = i32((2u * pixel + 1u) * params.cells) - i32((2u * low + 1u) * params.side);
  return f32(max(numerator, 0)) / f32(2u * params.side);
}
