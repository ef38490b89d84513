// Tiles of a feature map: squares of cells, counted row by row; those at the right and lower border may be cut off. A
// tile owns the pixels of its cells (those whose lower cell is one of them), so that every pixel belongs to one tile.

const tile_side = 4u;
