import { BLAZEFACE_NAMES, BLAZEFACE_SIZE, countAnchors } from './blazeface-shape.js';
import { encodeOnnx, type OnnxInitializer, type OnnxNode } from './onnx-writer.js';
import { readTfjsGraph, type TfjsNode, type TfjsWeight } from './tfjs-graph.js';
import { convolutionWeights, depthwiseWeights } from './weight-layout.js';

/**
 * Converts MediaPipe's BlazeFace, as `@vladmandic/human` packs it (a TensorFlow.js graph, float32), to ONNX.
 *
 * TensorFlow keeps images channels last (NHWC), ONNX channels first (NCHW). The ONNX graph works channels first
 * throughout; only where a Reshape flattens a feature map is it turned back, because the order of the flattened
 * values is that of NHWC. Covered are the operations that this one model uses; any other is an error.
 */

const DESCRIPTION =
  'BlazeFace (back camera) of MediaPipe, Apache-2.0, from the npm package @vladmandic/human (MIT), converted by Millrace.';

/** Collects the ONNX graph while the TensorFlow one is walked. */
class Conversion {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxInitializer[] = [];
  /** For each TensorFlow value, the ONNX value that holds it. */
  readonly #values = new Map<string, string>();
  readonly #weights: ReadonlyMap<string, TfjsWeight>;

  constructor(weights: ReadonlyMap<string, TfjsWeight>) {
    this.#weights = weights;
  }

  /** ONNX name of the node's input at `index`. */
  input(node: TfjsNode, index: number): string {
    const name = node.inputs[index] ?? '';
    const value = this.#values.get(name);
    if (value === undefined) throw new Error(`${node.op} "${node.name}": input ${index} ("${name}") is not known yet`);
    return value;
  }

  floats(node: TfjsNode, index: number): TfjsWeight & { dtype: 'float32' } {
    const weight = this.#weights.get(node.inputs[index] ?? '');
    if (weight?.dtype !== 'float32')
      throw new Error(`${node.op} "${node.name}": input ${index} is not a float constant`);
    return weight;
  }

  integers(node: TfjsNode, index: number): number[] {
    const weight = this.#weights.get(node.inputs[index] ?? '');
    if (weight?.dtype !== 'int32') throw new Error(`${node.op} "${node.name}": input ${index} is not an int constant`);
    return [...weight.values];
  }

  constant(name: string, shape: readonly number[], values: Float32Array | BigInt64Array): string {
    this.initializers.push({ name, shape, values });
    return name;
  }

  /** Adds an operation and returns the name of its output, which is its own name. */
  add(op: string, name: string, inputs: string[], attributes: OnnxNode['attributes'] = {}): string {
    this.nodes.push({ op, name, inputs, outputs: [name], attributes });
    return name;
  }

  /** Says that the TensorFlow node's value is the ONNX value `value`. */
  define(node: TfjsNode, value: string): void {
    this.#values.set(node.name, value);
  }
}

/** Height and width out of an attribute in NHWC order. */
function heightAndWidth(node: TfjsNode, attribute: string): number[] {
  const [, height = 1, width = 1] = node.integers(attribute);
  return [height, width];
}

/** TensorFlow pads `SAME` with the odd row and column at the end, which is what ONNX calls SAME_UPPER. */
function autoPad(node: TfjsNode): string {
  const padding = node.text('padding');
  if (padding === 'SAME') return 'SAME_UPPER';
  if (padding === 'VALID') return 'VALID';
  throw new Error(`${node.op} "${node.name}": padding ${padding} is not covered`);
}

function window(node: TfjsNode): Record<string, string | number[]> {
  return { auto_pad: autoPad(node), strides: heightAndWidth(node, 'strides') };
}

function fusedConvolution(to: Conversion, node: TfjsNode): string {
  const weights = convolutionWeights(to.floats(node, 1));
  const bias = to.floats(node, 2);
  const inputs = [
    to.input(node, 0),
    to.constant(`${node.name}/weights`, weights.shape, weights.values),
    to.constant(`${node.name}/bias`, bias.shape, bias.values),
  ];
  const fused = node.texts('fused_ops');
  if (fused[0] !== 'BiasAdd' || fused.length > 2 || (fused[1] ?? 'Relu') !== 'Relu') {
    throw new Error(`${node.op} "${node.name}": fused operations [${fused.join(', ')}] are not covered`);
  }
  if (fused.length === 1) return to.add('Conv', node.name, inputs, window(node));
  return to.add('Relu', node.name, [to.add('Conv', `${node.name}/conv`, inputs, window(node))]);
}

function depthwiseConvolution(to: Conversion, node: TfjsNode): string {
  const weights = depthwiseWeights(to.floats(node, 1));
  const name = to.constant(`${node.name}/weights`, weights.shape, weights.values);
  return to.add('Conv', node.name, [to.input(node, 0), name], { ...window(node), group: weights.groups });
}

function pad(to: Conversion, node: TfjsNode): string {
  // Pairs (before, after) for N, H, W, C; ONNX wants all befores, then all afters, for N, C, H, W.
  const pairs = to.integers(node, 1);
  const pads = [0, 6, 2, 4, 1, 7, 3, 5].map((index) => BigInt(pairs[index] ?? 0));
  const amounts = to.constant(`${node.name}/pads`, [pads.length], BigInt64Array.from(pads));
  return to.add('Pad', node.name, [to.input(node, 0), amounts]);
}

/** What a Reshape makes of a feature map: a row of `width` values for each of `anchors`, at an input of 256 × 256. */
function predictions(to: Conversion, node: TfjsNode): { anchors: number; width: number } {
  const [images, anchors = 0, width = 0, ...more] = to.integers(node, 1);
  if (images !== 1 || more.length > 0) throw new Error(`Reshape "${node.name}": expected [1, anchors, values]`);
  return { anchors, width };
}

function reshape(to: Conversion, node: TfjsNode): string {
  // The number of anchors is left open: it grows with the image.
  const { width } = predictions(to, node);
  const target = to.constant(`${node.name}/shape`, [3], BigInt64Array.of(1n, -1n, BigInt(width)));
  const channelsLast = to.add('Transpose', `${node.name}/nhwc`, [to.input(node, 0)], { perm: [0, 2, 3, 1] });
  return to.add('Reshape', node.name, [channelsLast, target]);
}

function convertNode(to: Conversion, node: TfjsNode): string | undefined {
  switch (node.op) {
    case 'Const':
      return undefined;
    case 'Placeholder':
      return BLAZEFACE_NAMES.input;
    case '_FusedConv2D':
      return fusedConvolution(to, node);
    case 'DepthwiseConv2dNative':
      return depthwiseConvolution(to, node);
    case 'AddV2':
      return to.add('Add', node.name, [to.input(node, 0), to.input(node, 1)]);
    case 'Relu':
      return to.add('Relu', node.name, [to.input(node, 0)]);
    case 'MaxPool':
      return to.add('MaxPool', node.name, [to.input(node, 0)], {
        ...window(node),
        kernel_shape: heightAndWidth(node, 'ksize'),
      });
    case 'Pad':
      return pad(to, node);
    case 'Reshape':
      return reshape(to, node);
    case 'Identity':
      return to.input(node, 0);
    default:
      throw new Error(`operation ${node.op} of "${node.name}" is not covered by this converter`);
  }
}

/**
 * The bytes of an ONNX model with the input `blazeface_image` [1, 3, height, width] (R G B, −1…1) and the outputs
 * `blazeface_scores` [1, anchors, 1] (logits) and `blazeface_boxes` [1, anchors, 16] (pixels of the input, see
 * `inference/blazeface.ts`). The original takes 256 × 256 only, but every operation slides over the image, so that
 * the graph is left open for any height and width that are multiples of 32. `json` and `bin` are the contents of
 * `blazeface.json` and `blazeface.bin`. Throws a plain Error when they hold anything else than the known model.
 */
export function convertBlazeface(json: string, bin: Uint8Array): Uint8Array {
  const graph = readTfjsGraph(json, bin);
  const conversion = new Conversion(graph.weights);
  const outputs: { value: string; width: number; anchors: number }[] = [];
  for (const node of graph.nodes) {
    const value = convertNode(conversion, node);
    if (value === undefined) continue;
    conversion.define(node, value);
    if (node.op === 'Reshape') outputs.push({ value, ...predictions(conversion, node) });
  }
  // The coarse grid has fewer anchors and comes second, as the anchors are counted.
  const named = (width: number, name: string) => {
    const parts = outputs.filter((output) => output.width === width).sort((a, b) => b.anchors - a.anchors);
    conversion.add(
      'Concat',
      name,
      parts.map((part) => part.value),
      { axis: 1 },
    );
    const anchors = parts.reduce((sum, part) => sum + part.anchors, 0);
    const expected = countAnchors(BLAZEFACE_SIZE, BLAZEFACE_SIZE);
    if (anchors !== expected) throw new Error(`${name}: expected ${expected} anchors, got ${anchors}`);
    return { name, shape: [1, 'anchors', width] };
  };
  const scores = named(1, BLAZEFACE_NAMES.scores);
  const boxes = named(16, BLAZEFACE_NAMES.boxes);
  return encodeOnnx({
    name: 'blazeface',
    producer: 'millrace',
    description: DESCRIPTION,
    opset: 13,
    nodes: conversion.nodes,
    initializers: conversion.initializers,
    inputs: [{ name: BLAZEFACE_NAMES.input, shape: [1, 3, 'height', 'width'] }],
    outputs: [scores, boxes],
  });
}
