/** What a profile says of sRGB's primaries, as XYZ adapted to D50 (ICC.1:2022, annex E; IEC 61966-2-1). */
const SRGB_PRIMARIES: Readonly<Record<string, readonly [number, number, number]>> = {
  rXYZ: [0.4361, 0.2225, 0.0139],
  gXYZ: [0.3851, 0.7169, 0.0971],
  bXYZ: [0.1431, 0.0606, 0.7142],
};
const TONE_CURVES = ['rTRC', 'gTRC', 'bTRC'];
/** sRGB's linear value of a half; a gamma of 2.2, which many small profiles have instead, gives 0.218. */
const SRGB_HALF = 0.214;
const TOLERANCE = 0.01;

const HEADER_BYTES = 128;

function findTags(profile: DataView): Map<string, DataView> {
  const tags = new Map<string, DataView>();
  const count = profile.getUint32(HEADER_BYTES);
  for (let index = 0; index < Math.min(count, 100); index += 1) {
    const at = HEADER_BYTES + 4 + 12 * index;
    const data = new DataView(
      profile.buffer,
      profile.byteOffset + profile.getUint32(at + 4),
      profile.getUint32(at + 8),
    );
    tags.set(text(profile, at), data);
  }
  return tags;
}

function text(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(at + index)));
}

function fixed(view: DataView, at: number): number {
  return view.getInt32(at) / 0x10000;
}

/** What a tone curve makes of a half (ICC.1:2022, 10.6 and 10.18); undefined for a kind that is not known here. */
function curveAtHalf(curve: DataView): number | undefined {
  if (text(curve, 0) === 'curv') {
    const count = curve.getUint32(8);
    if (count === 0) return 0.5;
    if (count === 1) return 0.5 ** (curve.getUint16(12) / 0x100);
    const middle = (count - 1) / 2;
    const at = (index: number) => curve.getUint16(12 + 2 * index) / 0xffff;
    return (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
  }
  if (text(curve, 0) !== 'para') return undefined;
  const gamma = fixed(curve, 12);
  const kind = curve.getUint16(8);
  if (kind === 0) return 0.5 ** gamma;
  // The part above the straight one, in which a half lies.
  return kind === 3 ? (fixed(curve, 16) * 0.5 + fixed(curve, 20)) ** gamma : undefined;
}

function isNear(actual: number | undefined, expected: number): boolean {
  return actual !== undefined && Math.abs(actual - expected) <= TOLERANCE;
}

/**
 * Whether an embedded ICC profile describes sRGB, or so nearly that no eye sees a difference. Half of all photos carry
 * such a profile, and to convert by it costs more than to decode them. False for whatever is not understood.
 */
export function isSrgbProfile(profile: Uint8Array): boolean {
  try {
    const view = new DataView(profile.buffer, profile.byteOffset, profile.byteLength);
    if (text(view, 16) !== 'RGB ' || text(view, 20) !== 'XYZ ') return false;
    const tags = findTags(view);
    // Tables, where there are any, go before primaries and curves.
    if (tags.has('A2B0')) return false;
    const primaries = Object.entries(SRGB_PRIMARIES).every(([name, expected]) => {
      const tag = tags.get(name);
      return tag !== undefined && expected.every((value, index) => isNear(fixed(tag, 8 + 4 * index), value));
    });
    return (
      primaries &&
      TONE_CURVES.every((name) => {
        const curve = tags.get(name);
        return curve !== undefined && isNear(curveAtHalf(curve), SRGB_HALF);
      })
    );
  } catch (error) {
    // Reads beyond the end of a damaged profile.
    if (error instanceof RangeError) return false;
    throw error;
  }
}
