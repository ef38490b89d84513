// Tile lists: which squares of 4×4 pixels of a map a kernel covers.
//
// tiles[0] = their number, tiles[1 + k] = origin of tile k as row << 16 | column

const tile_side = 4u;
const tile_pixels = 16u;

fn tile_count() -> u32 { return tiles[0]; }

fn tile_origin(tile: u32) -> vec2u { return vec2u(tiles[1u + tile] >> 16u, tiles[1u + tile] & 0xffffu); }

/// One invocation's work where each takes a pixel and four channels; `quad` varies fastest.
struct PixelWork { sample: u32, row: u32, column: u32, quad: u32, valid: bool }

fn pixel_work(index: u32, quad_count: u32, samples: u32, height: u32, width: u32) -> PixelWork {
  let pixel = index / quad_count;
  let tile = pixel / tile_pixels;
  let sample = tile / max(tile_count(), 1u);
  let valid = sample < samples && tile_count() > 0u;
  let origin = tile_origin(select(0u, tile % max(tile_count(), 1u), valid));
  let row = origin.x + pixel % tile_pixels / tile_side;
  let column = origin.y + pixel % tile_side;
  return PixelWork(sample, row, column, index % quad_count, valid && row < height && column < width);
}

/// One invocation's work where each takes a row of a tile (four pixels) and four channels.
fn strip_work(index: u32, quad_count: u32, samples: u32, height: u32) -> PixelWork {
  let strip = index / quad_count;
  let tile = strip / tile_side;
  let sample = tile / max(tile_count(), 1u);
  let valid = sample < samples && tile_count() > 0u;
  let origin = tile_origin(select(0u, tile % max(tile_count(), 1u), valid));
  let row = origin.x + strip % tile_side;
  return PixelWork(sample, row, origin.y, index % quad_count, valid && row < height);
}
