// The whole map in strips of four pixels of a row, each invocation's work being a strip and four channels.

struct Strip { sample: u32, row: u32, column: u32, quad: u32, valid: bool }

/// The strip of invocation `index` and its group of four channels; `quad` varies fastest.
fn strip_work(index: u32, quad_count: u32, samples: u32, height: u32, width: u32) -> Strip {
  let strips = (width + 3u) / 4u;
  let strip = index / quad_count;
  let sample = strip / (strips * height);
  return Strip(sample, strip / strips % height, 4u * (strip % strips), index % quad_count, sample < samples);
}
