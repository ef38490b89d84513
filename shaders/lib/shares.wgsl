// How invocations share out groups of cells and groups of four channels.
//
// Where neighbours in a workgroup have different cells they read the same weights, which a GPU broadcasts, so that a
// layer's weights are read about once; where they have different channels they read the same cells, which suits an
// emulated GPU's caches. Params.cells_first chooses the former.

struct Share { group: u32, quad: u32, valid: bool }

fn share_of(index: u32, groups: u32, quad_count: u32) -> Share {
  if (groups == 0u || index / groups >= quad_count) { return Share(0u, 0u, false); }
  if (params.cells_first != 0u) { return Share(index % groups, index / groups, true); }
  return Share(index / quad_count, index % quad_count, true);
}
