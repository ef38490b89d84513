// The weights of a 3×3 convolution, as they lie on the device: 4×4 blocks [tap][I/4][O/4], column k = input channel 4i+k,
// so that `W * x` goes forward and `d * W` back. In f32 here; lib/weights_half takes this file's place where they are
// stored in f16. Needs weight: array<WeightBlock>.

alias WeightBlock = mat4x4f;

fn weight_at(index: u32) -> mat4x4f { return weight[index]; }
