// Where the pixels of the image lie between the cells of a feature map, on one axis.
//
// Pixel i lies at (i + 0.5)·cells/pixels − 0.5 between two cells, not below 0, the upper cell not above cells − 1. In
// whole numbers that is ((2i + 1)·cells − pixels) / (2·pixels), so no rounding moves a pixel to another cell. Source:
// SPEC §3.

/// The length of an axis: of the feature map in cells, and of the image in pixels.
struct Axis { cells: u32, pixels: u32 }

/// Downwards: rows of the map and of the image.
fn down_axis() -> Axis { return Axis(params.height, params.image_height); }

/// Across: columns of the map and of the image.
fn across_axis() -> Axis { return Axis(params.width, params.image_width); }

/// The two cells around a pixel on one axis.
struct Between { low: u32, high: u32, fraction: f32 }

fn resize_axis(axis: Axis, pixel: u32) -> Between {
  let denominator = 2u * axis.pixels;
  let numerator = u32(max(i32((2u * pixel + 1u) * axis.cells) - i32(axis.pixels), 0));
  let low = numerator / denominator;
  return Between(low, min(low + 1u, axis.cells - 1u), f32(numerator % denominator) / f32(denominator));
}

/// The weight of a cell in a pixel's value, on one axis.
fn cell_weight(pixel: Between, cell: u32) -> f32 {
  return select(0.0, 1.0 - pixel.fraction, pixel.low == cell) + select(0.0, pixel.fraction, pixel.high == cell);
}

/// The first pixel whose lower cell is `cell`: those of a cell are first_pixel(cell) .. first_pixel(cell + 1).
fn first_pixel(axis: Axis, cell: u32) -> u32 {
  let first = ((2u * cell + 1u) * axis.pixels + axis.cells - 1u) / (2u * axis.cells);
  return select(min(first, axis.pixels), 0u, cell == 0u);
}

/// Where a pixel lies between its lower cell and the next, 0 to 1: as resize_axis, for a lower cell that is known.
fn fraction_from(axis: Axis, low: u32, pixel: u32) -> f32 {
  let numerator = i32((2u * pixel + 1u) * axis.cells) - i32((2u * low + 1u) * axis.pixels);
  return f32(max(numerator, 0)) / f32(2u * axis.pixels);
}
