// lib/weights where the weights are stored in f16 and the adapter has that type. Products and sums are f32's.
enable f16;

alias WeightBlock = mat4x4<f16>;

fn weight_at(index: u32) -> mat4x4f { return mat4x4f(weight[index]); }
