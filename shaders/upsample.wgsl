// The image of a block: the previous block's image at twice its size, plus this block's toRGB.
//
//   image = rgb + upsample2(previous)
//   upsample2: zeros between the values (value first), two cells of zeros before and one after, [1,3,3,1]/4 along each
//   axis:      up[y,x] = Σ_ab f[a] · f[b] · z[y+a−2, x+b−2]         z[2i,2j] = previous[i,j], else 0
//
// forward            previous (N,C,H/2,W/2), rgb (N,C,H,W)   → image (N,C,H,W)
// backward_previous  d_image                                 → d_previous[i,j] = Σ_ab f[a] · f[b] · d_image[2i−a+2, 2j−b+2]
// backward_rgb       d_image                                 → d_rgb = d_image
//
// One invocation a pixel and four channels. Source: Karras et al. 2020, section 4.1; SPEC §2.
// uses lib/layout, lib/cells, lib/resample

struct Params { samples: u32, channels: u32, height: u32, width: u32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cell_list: array<u32>;
@group(0) @binding(2) var<storage, read> previous: array<vec4f>;
@group(0) @binding(3) var<storage, read> rgb: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> image: array<vec4f>;
@group(0) @binding(5) var<storage, read> d_image: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> d_previous: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> d_rgb: array<vec4f>;

fn coarse_value(at: u32) -> vec4f { return previous[at]; }

fn fine_value(at: u32) -> vec4f { return d_image[at]; }

@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel_quads = quads(params.channels);
  let work = cell_work(linear_workgroup(id, count) * 64u + lane, channel_quads, params.samples);
  if (!work.valid) { return; }
  let at = ((work.sample * params.height + work.row) * params.width + work.column) * channel_quads + work.quad;
  let sum = rgb[at] + enlarged(work.sample, work.row, work.column, work.quad);
  image[at] = sum;
}

@compute @workgroup_size(64)
fn backward_previous(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel_quads = quads(params.channels);
  let height = params.height / 2u;
  let width = params.width / 2u;
  let work = cell_work(linear_workgroup(id, count) * 64u + lane, channel_quads, params.samples);
  if (!work.valid) { return; }
  let sum = gathered(work.sample, work.row, work.column, work.quad);
  let at = ((work.sample * height + work.row) * width + work.column) * channel_quads + work.quad;
  d_previous[at] = select(vec4f(), d_previous[at], params.accumulate != 0u) + sum;
}

@compute @workgroup_size(64)
fn backward_rgb(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let channel_quads = quads(params.channels);
  let work = cell_work(linear_workgroup(id, count) * 64u + lane, channel_quads, params.samples);
  if (!work.valid) { return; }
  let at = ((work.sample * params.height + work.row) * params.width + work.column) * channel_quads + work.quad;
  d_rgb[at] = select(vec4f(), d_rgb[at], params.accumulate != 0u) + d_image[at];
}
