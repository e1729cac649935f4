import { Type } from 'typebox';
import { Value } from 'typebox/value';

/** A constant of a TensorFlow.js graph: row-major values in the layout TensorFlow keeps them (channels last). */
export type TfjsWeight =
  | { readonly dtype: 'float32'; readonly shape: readonly number[]; readonly values: Float32Array }
  | { readonly dtype: 'int32'; readonly shape: readonly number[]; readonly values: Int32Array };

/** One operation of a TensorFlow.js graph. */
export interface TfjsNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  /** A text attribute, decoded (for example `padding`); undefined when the node has none of that name. */
  text(attribute: string): string | undefined;
  /** A list of texts, decoded (for example `fused_ops`); empty when absent. */
  texts(attribute: string): readonly string[];
  /** A list of integers (for example `strides`); empty when absent. */
  integers(attribute: string): readonly number[];
}

/** A TensorFlow.js graph model: operations in file order, and constants by name. */
export interface TfjsGraph {
  readonly nodes: readonly TfjsNode[];
  readonly weights: ReadonlyMap<string, TfjsWeight>;
}

const Attribute = Type.Object({
  s: Type.Optional(Type.String()),
  list: Type.Optional(
    Type.Object({ s: Type.Optional(Type.Array(Type.String())), i: Type.Optional(Type.Array(Type.String())) }),
  ),
});

const GraphFile = Type.Object({
  modelTopology: Type.Object({
    node: Type.Array(
      Type.Object({
        name: Type.String(),
        op: Type.String(),
        input: Type.Optional(Type.Array(Type.String())),
        attr: Type.Optional(Type.Record(Type.String(), Attribute)),
      }),
    ),
  }),
  weightsManifest: Type.Array(
    Type.Object({
      weights: Type.Array(
        Type.Object({
          name: Type.String(),
          shape: Type.Array(Type.Integer({ minimum: 0 })),
          dtype: Type.Union([Type.Literal('float32'), Type.Literal('int32')]),
        }),
      ),
    }),
  ),
});

/** Texts in the file are base64 of UTF-8. */
function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}

/**
 * Reads a TensorFlow.js graph model (`model.json` and its one file of unquantized weights).
 * Throws a plain Error when they are not one, or when the weights' length is not what the graph says.
 */
export function readTfjsGraph(json: string, bin: Uint8Array): TfjsGraph {
  const file: unknown = JSON.parse(json);
  if (!Value.Check(GraphFile, file)) {
    const [first] = Value.Errors(GraphFile, file);
    throw new Error(`not a TensorFlow.js graph model: ${first?.instancePath ?? ''} ${first?.message ?? ''}`);
  }
  const nodes = file.modelTopology.node.map(({ name, op, input, attr }): TfjsNode => {
    return {
      name,
      op,
      inputs: input ?? [],
      text(attribute) {
        const text = attr?.[attribute]?.s;
        return text === undefined ? undefined : fromBase64(text);
      },
      texts: (attribute) => (attr?.[attribute]?.list?.s ?? []).map(fromBase64),
      integers: (attribute) => (attr?.[attribute]?.list?.i ?? []).map(Number),
    };
  });

  const weights = new Map<string, TfjsWeight>();
  let offset = 0;
  for (const { name, shape, dtype } of file.weightsManifest.flatMap((group) => group.weights)) {
    const length = shape.reduce((product, size) => product * size, 1);
    const end = offset + 4 * length;
    if (end > bin.length) throw new Error(`the weights end at byte ${bin.length}; "${name}" needs them up to ${end}`);
    // A copy (a Buffer's own `slice` is none), because typed arrays want their start aligned to their element size.
    const bytes = new Uint8Array(bin.subarray(offset, end)).buffer;
    weights.set(
      name,
      dtype === 'float32'
        ? { dtype, shape, values: new Float32Array(bytes) }
        : { dtype, shape, values: new Int32Array(bytes) },
    );
    offset = end;
  }
  if (offset !== bin.length)
    throw new Error(`the graph describes ${offset} bytes of weights; the file has ${bin.length}`);
  return { nodes, weights };
}
