/** Names of the converted model's input and outputs, by which it is distinguished from other ONNX files. */
export const BLAZEFACE_NAMES = { input: 'blazeface_image', scores: 'blazeface_scores', boxes: 'blazeface_boxes' };

/** Width and height, in pixels, of the input that the model was trained with; ours takes any multiples of 32. */
export const BLAZEFACE_SIZE = 256;

/** The grids of anchors in the order the model counts them: side of a cell in pixels, anchors per cell. */
export const BLAZEFACE_GRIDS: readonly { stride: number; perCell: number }[] = [
  { stride: 16, perCell: 2 },
  { stride: 32, perCell: 6 },
];

/** Number of anchors of an input of this size, whose sides are multiples of the strides. */
export function countAnchors(width: number, height: number): number {
  return BLAZEFACE_GRIDS.reduce((sum, { stride, perCell }) => sum + (width / stride) * (height / stride) * perCell, 0);
}
