// Cell lists: the pixels of a map that a kernel covers. A dense list has all of them; in a drag it is the dependency
// cone.
//
//   cell_list[0]      number of cells to compute
//   cell_list[1]      the same plus the ring of cells around them, whose gradients are zeroed since kernels read them
//   cell_list[2]      width of the map where the list stands for all of it, row by row; then no cells follow. Else 0
//   cell_list[4 + k]  cell k as row << 16 | column: first those to compute, then the ring

fn cell_count() -> u32 { return cell_list[0]; }

fn count_with_ring() -> u32 { return cell_list[1]; }

fn cell_at(k: u32) -> vec2u {
  let width = cell_list[2];
  if (width != 0u) { return vec2u(k / width, k % width); }
  return vec2u(cell_list[4u + k] >> 16u, cell_list[4u + k] & 0xffffu);
}

/// One invocation's work: a cell and four channels, the group `quad`, which varies fastest.
struct CellWork { sample: u32, row: u32, column: u32, quad: u32, valid: bool, ring: bool }

fn work_on(index: u32, quad_count: u32, samples: u32, count: u32) -> CellWork {
  let k = index / quad_count;
  let sample = k / max(count, 1u);
  if (count == 0u || sample >= samples) { return CellWork(0u, 0u, 0u, 0u, false, false); }
  let cell = cell_at(k % count);
  return CellWork(sample, cell.x, cell.y, index % quad_count, true, k % count >= cell_count());
}

/// Work on the cells to compute.
fn cell_work(index: u32, quad_count: u32, samples: u32) -> CellWork {
  return work_on(index, quad_count, samples, cell_count());
}

/// Work on the cells to compute and on those of the ring, to which zero is written.
fn ring_work(index: u32, quad_count: u32, samples: u32) -> CellWork {
  return work_on(index, quad_count, samples, count_with_ring());
}
