// The backward pass of conv3x3_up_lanes and of the bias_act before it in one kernel: from the gradient of the convolution's result
// to that of the value that the layer below's bias_act is applied to.
//
//   d_u of the layer below = demodulation · slope(x) · s · d_modulated            d_modulated as in conv3x3_up_lanes
//
// backward  weight, d_t (N,O,2H+1,2W+1), x, styles (N,I), demodulation (N,I), noise (H,W): of the layer below
//           → that d_u in the place of x (N,I,H,W), zero in the ring; sums (N·groups,3,I)
//
// What the sums are for is said in lib/layer_below. Source: SPEC §2, §4.
// uses lib/layout, lib/cells, lib/lanes, lib/lane_cells, lib/weights, lib/up_lane_gradients, lib/layer_below

struct Params {
  samples: u32, inputs: u32, outputs: u32, height: u32, width: u32, groups: u32,
  slope: f32, gain: f32, clamp: f32, noise_gain: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> cell_list: array<u32>;
@group(0) @binding(2) var<storage, read_write> x: array<vec4f>;
@group(0) @binding(3) var<storage, read> styles: array<vec4f>;
@group(0) @binding(4) var<storage, read> weight: array<WeightBlock>;
@group(0) @binding(5) var<storage, read> d_t: array<vec4f>;
@group(0) @binding(6) var<storage, read> demodulation: array<vec4f>;
@group(0) @binding(7) var<storage, read> noise: array<f32>;
@group(0) @binding(8) var<storage, read_write> sums: array<vec4f>;
