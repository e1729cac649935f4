/** Names of the converted model's input and outputs, by which it is told from other ONNX files. */
export const BLAZEFACE_NAMES = { input: 'blazeface_image', scores: 'blazeface_scores', boxes: 'blazeface_boxes' };

/** Width and height of the model's input, in pixels. */
export const BLAZEFACE_SIZE = 256;

/** The grids of anchors in the order the model counts them: cells per side, anchors per cell. */
export const BLAZEFACE_GRIDS: readonly { cells: number; perCell: number }[] = [
  { cells: 16, perCell: 2 },
  { cells: 8, perCell: 6 },
];

/** Number of anchors of the model. */
export const BLAZEFACE_ANCHORS = BLAZEFACE_GRIDS.reduce((sum, { cells, perCell }) => sum + cells * cells * perCell, 0);
