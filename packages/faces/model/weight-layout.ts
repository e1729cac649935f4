/** Weights in the order a layout wants, row-major. */
interface Weights {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

function dimensions({ shape }: Weights): [number, number, number, number] {
  const [height, width, input, output] = shape;
  if (height === undefined || width === undefined || input === undefined || output === undefined) {
    throw new Error(`expected weights of four dimensions, got [${shape.join(', ')}]`);
  }
  return [height, width, input, output];
}

/** From TensorFlow's [height, width, in, out] to ONNX's [out, in, height, width]. */
export function convolutionWeights(weights: Weights): Weights {
  const [height, width, input, output] = dimensions(weights);
  const values = new Float32Array(weights.values.length);
  let source = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      for (let i = 0; i < input; i += 1) {
        for (let o = 0; o < output; o += 1) {
          values[((o * input + i) * height + y) * width + x] = weights.values[source] ?? 0;
          source += 1;
        }
      }
    }
  }
  return { shape: [output, input, height, width], values };
}

/** From TensorFlow's depthwise [height, width, in, multiplier] to ONNX's grouped [in · multiplier, 1, height, width]. */
export function depthwiseWeights(weights: Weights): Weights & { readonly groups: number } {
  const [height, width, input, multiplier] = dimensions(weights);
  // One group per input channel: the output channels of a channel lie side by side in both layouts.
  const flat = convolutionWeights({ shape: [height, width, 1, input * multiplier], values: weights.values });
  return { ...flat, groups: input };
}
