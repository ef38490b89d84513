// The state of a drag, kept in device memory, so that iterations follow each other without a read-back.
// All words are floats, so that it reads like any tensor.

struct Status {
  /// 1 once every handle is close to its target: later kernels and iterations then change nothing.
  stopped: f32,
  /// Number of optimiser steps made.
  iteration: f32,
  /// Number of points more than a pixel from their targets.
  moved: f32,
  /// Mean distance from handle to target, in pixels.
  distance: f32,
  loss_motion: f32,
  loss_mask: f32,
  /// Adam's bias corrections 1 − β₁ᵗ and 1 − β₂ᵗ.
  first_correction: f32,
  second_correction: f32,
}
