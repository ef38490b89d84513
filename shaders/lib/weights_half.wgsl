// lib/weights where the weights are stored in f16 and the adapter has no such type: two in a word.

struct WeightBlock { left: vec4u, right: vec4u }

fn weight_at(index: u32) -> mat4x4f {
  let left = weight[index].left;
  let right = weight[index].right;
  return mat4x4f(unpacked(left.xy), unpacked(left.zw), unpacked(right.xy), unpacked(right.zw));
}

fn unpacked(words: vec2u) -> vec4f { return vec4f(unpack2x16float(words.x), unpack2x16float(words.y)); }
