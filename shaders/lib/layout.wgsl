// Where things lie in memory (src/engine/memory/layouts.ts has the same rules).

/// Floats between two rows of a `vector` tensor: 64-aligned, so that a row can be bound by itself.
fn vector_stride(length: u32) -> u32 { return (length + 63u) / 64u * 64u; }

/// Number of groups of four channels.
fn quads(channels: u32) -> u32 { return (channels + 3u) / 4u; }

/// The number of a workgroup in a grid that was folded into two dimensions.
fn linear_workgroup(id: vec3u, count: vec3u) -> u32 { return id.y * count.x + id.x; }

/// For each of the four channels of a group: 1 if it is real, 0 if it is padding.
fn real_channels(quad: u32, channels: u32) -> vec4f {
  return select(vec4f(), vec4f(1.0), quad * 4u + vec4u(0u, 1u, 2u, 3u) < vec4u(channels));
}

/// More than any loop here takes steps. A compiler that sees a loop end, since its bound is a constant, adds no counter of
/// its own to it: so the bound is this, and the loop is left by a break.
const most_steps = 65536u;
