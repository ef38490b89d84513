// Between two levels of a pyramid: `height` and `width` are the finer level's. The filter is [1,3,3,1] along each axis,
// zero outside. Users of this file have these fields in Params.

const pyramid_taps = array<f32, 4>(0.25, 0.75, 0.75, 0.25);

/// A pixel and four channels of a level.
struct PyramidWork { sample: u32, row: u32, column: u32, quad: u32, at: u32, valid: bool }

fn pyramid_work(index: u32, height: u32, width: u32) -> PyramidWork {
  let channel_quads = quads(params.channels);
  let pixel = index / channel_quads;
  let valid = index < params.samples * height * width * channel_quads;
  return PyramidWork(pixel / (height * width), pixel / width % height, pixel % width, index % channel_quads, index, valid);
}

/// Where a pixel of the coarser level lies, and one of the finer level.
fn coarse_at(work: PyramidWork, row: u32, column: u32) -> u32 {
  let height = params.height / 2u;
  let width = params.width / 2u;
  return ((work.sample * height + row) * width + column) * quads(params.channels) + work.quad;
}

fn fine_at(work: PyramidWork, row: u32, column: u32) -> u32 {
  return ((work.sample * params.height + row) * params.width + column) * quads(params.channels) + work.quad;
}
