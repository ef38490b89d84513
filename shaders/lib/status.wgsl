// Where a drag stands, kept in device memory, so that iterations follow each other without a read-back.
// All words are floats, so that it reads like any tensor.

struct Status {
  /// 1 once every handle is close to its target: all that follows leaves everything as it is.
  stopped: f32,
  /// Optimiser steps made.
  iteration: f32,
  /// Points more than a pixel from their targets.
  moved: f32,
  /// Mean distance from handle to target, in pixels.
  distance: f32,
  loss_motion: f32,
  loss_mask: f32,
  /// Adam's bias corrections 1 − β₁ᵗ and 1 − β₂ᵗ.
  first_correction: f32,
  second_correction: f32,
}
