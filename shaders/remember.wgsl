// The reference features of the handles: what each looks like before it is moved. Taken once, at the first handle.
//
//   f⁰[j,c] = F[c] at the pixel p_j
//
// forward  features F (C,h,w), positions (P,2) → references f⁰ (P,C)
//
// F is the map resized to the image (lib/resize). One workgroup a point, whose invocations stride over the channels.
// Source: Pan et al. 2023, section 3.3; SPEC §3.1.
// uses lib/layout, lib/resize_axis, lib/resize

struct Params { channels: u32, height: u32, width: u32, image_height: u32, image_width: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> features: array<vec4f>;
@group(0) @binding(2) var<storage, read> positions: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> references: array<vec4f>;

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let corners = resize_corners(vec2u(positions[id.x]));
  for (var quad = lane; quad < quads(params.channels); quad += 64u) {
    references[id.x * vector_stride(params.channels) / 4u + quad] = resized(corners, quad);
  }
}
