// Latent regularisation: a part of the latent, such as a row of ws, is drawn back to where it was at first.
//
//   loss = regularization · mean over all values of the latent of |ws − initial_ws|
//
// backward  ws, initial_ws (length: one part), status   → d_ws = regularization / values · sign(ws − initial_ws)
//
// Padding, in any layout, is the same in ws and initial_ws, so its gradient is 0. Only the gradient is computed: nobody
// reads the loss itself. Once the drag has stopped the gradient is 0.
// Source: SPEC §3.5.
// uses lib/status

struct Params { length: u32, values: u32, regularization: f32, accumulate: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ws: array<f32>;
@group(0) @binding(2) var<storage, read> initial_ws: array<f32>;
@group(0) @binding(3) var<storage, read> status: Status;
@group(0) @binding(4) var<storage, read_write> d_ws: array<f32>;

@compute @workgroup_size(64)
fn backward(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.length) { return; }
  let scale = select(0.0, params.regularization / f32(params.values), status.stopped == 0.0);
  d_ws[id.x] = select(0.0, d_ws[id.x], params.accumulate != 0u) + scale * sign(ws[id.x] - initial_ws[id.x]);
}
