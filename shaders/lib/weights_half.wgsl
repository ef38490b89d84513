// lib/weights where the weights are stored in f16, two in a word; column k of a block is the words 2k and 2k+1. Unpacking
// needs no feature, and it was faster than reading mat4x4<f16> (bench/README.md). Needs weight: array<WeightBlock>.

struct WeightBlock { left: vec4u, right: vec4u }

fn weight_at(index: u32) -> mat4x4f {
  let left = weight[index].left;
  let right = weight[index].right;
  return mat4x4f(unpacked(left.xy), unpacked(left.zw), unpacked(right.xy), unpacked(right.zw));
}

fn unpacked(words: vec2u) -> vec4f { return vec4f(unpack2x16float(words.x), unpack2x16float(words.y)); }
