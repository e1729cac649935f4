import type { OutputOf } from '#contracts/task.js';
import type { ComparedBox, FaceComparison } from '#database/images/face-comparisons.js';
import type { FaceDetection } from '#faces/detection.js';
import type { definition } from './definition.js';
import { matchBoxes } from './match-boxes.js';

type Output = OutputOf<typeof definition>;
type ImageRef = { readonly fileId: string; readonly filename: string };
type Faces = FaceDetection['faces'];

/** What the output says about the images, without which models they were. */
export type Summary = Omit<Output, 'a' | 'b'>;

/** Items of each list in the output. */
const listed = { counts: 200, firstDiffering: 100, firstFailures: 100 };
/** Boxes that are kept of one image and side, and of all: some 20 MB until the commit. Numbers of faces stay exact. */
const keptBoxes = { ofImage: 100, ofAll: 200_000 };

const boxOf = ({ x, y, width, height, score }: ComparedBox): ComparedBox => ({ x, y, width, height, score });

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** Adds up what two models found, image after image. */
export class Tally {
  readonly #totals = { compared: 0, same: 0, failed: 0, difference: 0, absolute: 0, matched: 0, onlyA: 0, onlyB: 0 };
  readonly #scores = { a: { sum: 0, faces: 0 }, b: { sum: 0, faces: 0 } };
  readonly #counts = new Map<string, { a: number; b: number; pictures: number }>();
  readonly #failures: Output['firstFailures'] = [];
  readonly #differences: FaceComparison[] = [];
  #boxesLeft = keptBoxes.ofAll;

  /** An image that both have looked at. */
  add({ fileId, filename }: ImageRef, a: Faces, b: Faces): void {
    const totals = this.#totals;
    const { matched, onlyA, onlyB } = matchBoxes(a, b);
    totals.compared += 1;
    totals.same += a.length === b.length ? 1 : 0;
    totals.difference += b.length - a.length;
    totals.absolute += Math.abs(b.length - a.length);
    totals.matched += matched;
    totals.onlyA += onlyA.length;
    totals.onlyB += onlyB.length;
    for (const [side, faces] of [['a', a] as const, ['b', b] as const]) {
      for (const { score } of faces) this.#scores[side].sum += score;
      this.#scores[side].faces += faces.length;
    }
    this.#count(a.length, b.length);
    if (onlyA.length === 0 && onlyB.length === 0) return;
    this.#differences.push({
      fileId,
      filename,
      facesA: a.length,
      facesB: b.length,
      matched,
      onlyA: this.#keep(onlyA),
      onlyB: this.#keep(onlyB),
    });
  }

  /** An image that could not be looked at. */
  fail({ fileId, filename }: ImageRef, reason: string): void {
    this.#totals.failed += 1;
    if (this.#failures.length < listed.firstFailures) this.#failures.push({ fileId, filename, reason });
  }

  /** The images that differ, in the order in which they were added. */
  get differences(): readonly FaceComparison[] {
    return this.#differences;
  }

  summary(): Summary {
    const { compared, same, failed, difference, absolute, matched, onlyA, onlyB } = this.#totals;
    const perImage = (sum: number, digits: number) => (compared === 0 ? 0 : round(sum / compared, digits));
    const meanScore = ({ sum, faces }: { sum: number; faces: number }) => (faces === 0 ? null : round(sum / faces, 4));
    return {
      pictures: compared + failed,
      compared,
      failed,
      same,
      agreement: perImage(100 * same, 2),
      meanDifference: perImage(difference, 4),
      mae: perImage(absolute, 4),
      matched,
      onlyInA: onlyA,
      onlyInB: onlyB,
      meanScoreA: meanScore(this.#scores.a),
      meanScoreB: meanScore(this.#scores.b),
      counts: [...this.#counts.values()]
        .sort((one, other) => other.pictures - one.pictures || one.a - other.a || one.b - other.b)
        .slice(0, listed.counts),
      differing: this.#differences.length,
      firstDiffering: this.#differences
        .slice(0, listed.firstDiffering)
        .map(({ fileId, filename, facesA, facesB }) => ({ fileId, filename, a: facesA, b: facesB })),
      firstFailures: this.#failures,
    };
  }

  #keep(faces: Faces): ComparedBox[] {
    const kept = faces.slice(0, Math.min(keptBoxes.ofImage, this.#boxesLeft)).map(boxOf);
    this.#boxesLeft -= kept.length;
    return kept;
  }

  #count(a: number, b: number): void {
    const key = `${a} ${b}`;
    const entry = this.#counts.get(key) ?? { a, b, pictures: 0 };
    entry.pictures += 1;
    this.#counts.set(key, entry);
  }
}
