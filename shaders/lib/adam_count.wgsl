// Adam's bias corrections c = 1 − βᵗ in the status of a drag, as c ← β·c + (1 − β), which loses no digits to
// cancellation at small t as 1 − pow(β, t) does. After lib/status and lib/adam.

/// One more step t, unless the drag has stopped.
fn count_step() {
  if (status.stopped != 0.0) { return; }
  status.iteration += 1.0;
  status.first_correction = first_decay * status.first_correction + (1.0 - first_decay);
  status.second_correction = second_decay * status.second_correction + (1.0 - second_decay);
}
