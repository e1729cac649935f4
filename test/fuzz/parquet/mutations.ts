import { createRandom, type Random } from '#samples/random.js';

/** A sound file to be damaged. */
export interface Seed {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A damaged file: the seed it was made of, and what was done. */
export interface Mutation {
  readonly seed: Seed;
  readonly bytes: Uint8Array;
  readonly changes: readonly string[];
}

/**
 * The damaged file of a number: always the same for the same seeds. Half of the changes hit the footer, where a byte
 * means most; one in four files has two or three changed bytes, one in fifty some bytes more or fewer.
 */
export function mutate(seeds: readonly Seed[], number: number): Mutation {
  const random = createRandom(number, 'parquet mutation');
  const seed = random.pick(seeds);
  let bytes = seed.bytes.slice();
  const changes: string[] = [];
  const count = random.next() < 0.75 ? 1 : random.int(2, 3);
  for (let i = 0; i < count; i++) {
    const at = positionIn(bytes, random);
    const value = changed(bytes[at] ?? 0, random);
    bytes[at] = value;
    changes.push(`byte ${at} to ${value}`);
  }
  if (random.next() < 0.02) {
    const at = positionIn(bytes, random);
    const isLonger = random.next() < 0.5;
    const rest = bytes.subarray(isLonger ? at : at + 1);
    bytes = new Uint8Array(Buffer.concat([bytes.subarray(0, at), Uint8Array.of(...(isLonger ? [0] : [])), rest]));
    changes.push(`${isLonger ? 'a byte more' : 'a byte fewer'} at ${at}`);
  }
  return { seed, bytes, changes };
}

/**
 * The files with each byte of the footer at each of its near values: its bits turned one by one, and its neighbours.
 */
export function* footerMutations(seed: Seed): Generator<Mutation> {
  const end = seed.bytes.length - 8;
  for (let at = footerStart(seed.bytes); at < end; at++) {
    const byte = seed.bytes[at] ?? 0;
    const bits = Array.from({ length: 8 }, (_, bit) => byte ^ (1 << bit));
    // Enums are zigzag integers: two more or fewer is the next value.
    for (const value of new Set([...bits, byte + 2, byte - 2, byte + 4, 0x0a].map((near) => near & 0xff))) {
      const bytes = seed.bytes.slice();
      bytes[at] = value;
      yield { seed, bytes, changes: [`byte ${at} to ${value}`] };
    }
  }
}

function positionIn(bytes: Uint8Array, random: Random): number {
  const start = random.next() < 0.5 ? footerStart(bytes) : 0;
  return random.int(Math.min(start, bytes.length - 1), bytes.length - 1);
}

function footerStart(bytes: Uint8Array): number {
  const length = Buffer.from(bytes.subarray(-8)).readUInt32LE(0);
  return length < bytes.length - 8 ? bytes.length - 8 - length : 0;
}

function changed(byte: number, random: Random): number {
  const values = [
    random.int(0, 255),
    byte ^ (1 << random.int(0, 7)),
    byte + random.pick([-2, -1, 1, 2]),
    random.pick([0, 1, 2, 0x7f, 0x80, 0xff]),
  ];
  return random.pick(values) & 0xff;
}
