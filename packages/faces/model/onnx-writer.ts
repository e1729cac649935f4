import { bytesField, type Encoded, intField, messageField, stringField } from './protobuf.js';

/**
 * Writes ONNX models: the few parts of onnx.proto (ONNX 1.15, IR version 8) that a graph of float tensors needs.
 * Field numbers are those of onnx.proto and are named at their use.
 */

/** Value of a node's attribute: a number is an INT, a string a STRING, a list of numbers INTS. */
export type OnnxAttribute = number | string | readonly number[];

/** One operation; `inputs` and `outputs` are value names. */
export interface OnnxNode {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** A constant: row-major values, float32 or int64. */
export interface OnnxInitializer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

/** A float32 input or output of the graph. A dimension that is left open, for the caller to choose, is a name. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

/** A whole model; `nodes` are in an order in which each value is made before it is used. */
export interface OnnxModel {
  readonly name: string;
  readonly producer: string;
  /** Free text kept in the file: where the weights come from and their licence. */
  readonly description: string;
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxInitializer[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

const IR_VERSION = 8;
const FLOAT = 1;
const INT64 = 7;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_STRING = 3;
const ATTRIBUTE_INTS = 7;

/** AttributeProto: name=1, i=3, s=4, ints=8, type=20. */
function attribute(name: string, value: OnnxAttribute): Encoded[] {
  const head = stringField(1, name);
  if (typeof value === 'number') return [head, intField(3, value), intField(20, ATTRIBUTE_INT)];
  if (typeof value === 'string') return [head, stringField(4, value), intField(20, ATTRIBUTE_STRING)];
  return [head, ...value.map((item) => intField(8, item)), intField(20, ATTRIBUTE_INTS)];
}

/** NodeProto: input=1, output=2, name=3, op_type=4, attribute=5. */
function node(node: OnnxNode): Encoded[] {
  return [
    ...node.inputs.map((name) => stringField(1, name)),
    ...node.outputs.map((name) => stringField(2, name)),
    stringField(3, node.name),
    stringField(4, node.op),
    ...Object.entries(node.attributes ?? {}).map(([name, value]) => messageField(5, ...attribute(name, value))),
  ];
}

/** TensorProto: dims=1, data_type=2, name=8, raw_data=9 (little-endian, as every machine that Node supports is). */
function tensor({ name, shape, values }: OnnxInitializer): Encoded[] {
  return [
    ...shape.map((size) => intField(1, size)),
    intField(2, values instanceof Float32Array ? FLOAT : INT64),
    stringField(8, name),
    bytesField(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  ];
}

/** ValueInfoProto: name=1, type=2; TypeProto: tensor_type=1; its elem_type=1, shape=2; dim=1; dim_value=1, dim_param=2. */
function value({ name, shape }: OnnxValue): Encoded[] {
  const dimension = (size: number | string) => (typeof size === 'number' ? intField(1, size) : stringField(2, size));
  const dimensions = shape.map((size) => messageField(1, dimension(size)));
  return [stringField(1, name), messageField(2, messageField(1, intField(1, FLOAT), messageField(2, ...dimensions)))];
}

/** The bytes of an `.onnx` file. The same model always gives the same bytes. */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  // GraphProto: node=1, name=2, initializer=5, input=11, output=12.
  const graph = [
    ...model.nodes.map((item) => messageField(1, ...node(item))),
    stringField(2, model.name),
    ...model.initializers.map((item) => messageField(5, ...tensor(item))),
    ...model.inputs.map((item) => messageField(11, ...value(item))),
    ...model.outputs.map((item) => messageField(12, ...value(item))),
  ];
  // ModelProto: ir_version=1, producer_name=2, doc_string=6, graph=7, opset_import=8 (its version=2).
  return Buffer.concat([
    intField(1, IR_VERSION),
    stringField(2, model.producer),
    stringField(6, model.description),
    messageField(7, ...graph),
    messageField(8, intField(2, model.opset)),
  ]);
}
