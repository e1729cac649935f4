/**
 * YuNet's published file declares the shapes of a 640 × 640 input, although all its layers work at any size. The
 * declarations are replaced, in memory, by names, which ONNX Runtime takes for "any length".
 *
 * The bytes are those of ONNX's protobuf (onnx.proto3, TensorShapeProto.Dimension): field 1 of the shape, 3 bytes long,
 * holding either field 1 (`dim_value`, a number of two bytes here) or field 2 (`dim_param`, a name of one letter), so
 * that the length stays as it is.
 */
interface Declaration {
  readonly number: number;
  /** Names for its occurrences, in turn. */
  readonly names: readonly string[];
  readonly occurrences: number;
}

const DECLARATIONS: readonly Declaration[] = [
  { number: 640, names: ['h', 'w'], occurrences: 2 },
  { number: (640 / 8) ** 2, names: ['n'], occurrences: 6 },
  { number: (640 / 16) ** 2, names: ['m'], occurrences: 6 },
  { number: (640 / 32) ** 2, names: ['k'], occurrences: 6 },
];

function dimension(number: number): Buffer {
  return Buffer.from([0x0a, 3, 0x08, (number & 0x7f) | 0x80, number >> 7]);
}

function named(name: string): Buffer {
  return Buffer.from([0x0a, 3, 0x12, 1, name.charCodeAt(0)]);
}

function positions(file: Buffer, wanted: Buffer): number[] {
  const found: number[] = [];
  for (let at = file.indexOf(wanted); at >= 0; at = file.indexOf(wanted, at + wanted.length)) found.push(at);
  return found;
}

/** A copy of the model file that takes an input of any size; the file itself when it is not declared as YuNet's is. */
export function openDimensions(file: Buffer): Buffer {
  const found = DECLARATIONS.map((declaration) => ({
    declaration,
    at: positions(file, dimension(declaration.number)),
  }));
  if (found.some(({ declaration, at }) => at.length !== declaration.occurrences)) return file;
  const opened = Buffer.from(file);
  for (const { declaration, at } of found) {
    for (const [index, position] of at.entries()) {
      named(declaration.names[index % declaration.names.length] ?? 'n').copy(opened, position);
    }
  }
  return opened;
}
