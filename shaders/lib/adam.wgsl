// One value's step of Adam, for first_moment, second_moment and w. ε is added after the square root.
//
//   m ← β₁·m + (1 − β₁)·g      v ← β₂·v + (1 − β₂)·g²      w ← w − rate / c₁ · m / (sqrt(v) / sqrt(c₂) + ε)
//
// The corrections are c₁ = 1 − β₁ᵗ, c₂ = 1 − β₂ᵗ at step t. Source: Kingma and Ba 2015, algorithm 1.

const first_decay = 0.9;
const second_decay = 0.999;
const epsilon = 1e-8;

fn adam_step(at: u32, gradient: f32, rate: f32, first_correction: f32, second_correction: f32) {
  let first = first_decay * first_moment[at] + (1.0 - first_decay) * gradient;
  let second = second_decay * second_moment[at] + (1.0 - second_decay) * gradient * gradient;
  first_moment[at] = first;
  second_moment[at] = second;
  let scale = sqrt(second) / sqrt(second_correction) + epsilon;
  w[at] -= rate / first_correction * first / scale;
}
