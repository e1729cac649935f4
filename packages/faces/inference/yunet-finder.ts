import { fitInside } from '../image/decode.js';
import { halve, type Raster } from '../image/raster.js';
import type { StageTimes } from '../stages.js';
import { type CloseUpOf, closeUpsOf } from './close-up.js';
import type { FaceFinder, FoundFace, Image, Size } from './face-finder.js';
import { overlap, scale, sizeOf } from './geometry.js';
import { logit, type Measures, measure, probability, weigh } from './judge.js';
import { lookSize } from './look-size.js';
import { suppress } from './nms.js';
import { TURNS, type Turn, turnBack, turnRaster } from './turn.js';
import type { YunetNetwork } from './yunet-network.js';
import type { YunetSearch } from './yunet-search.js';

/** A box, and by how much the image was turned when it was found: a face looks upright only then. */
export interface Candidate extends FoundFace {
  readonly turn: Turn;
}

/** The image as it is shown, and what was found in it. All boxes are in pixels of the raster. */
interface View {
  readonly raster: Raster;
  /** By how much it was turned when `faces` were found, best score first. */
  readonly turn: Turn;
  readonly faces: readonly Candidate[];
  /** Clear faces that only another turn shows. */
  readonly others: readonly Candidate[];
}

type Judge = NonNullable<YunetSearch['judge']>;
type CloserLook = Judge['closer'][number];

/** The lowest score of a box in a close-up that speaks for the face it was made of; below it counts as 0. */
const CLOSE_UP_MIN = 0.03;
/** A look that is larger by less shows nothing new. */
const WORTH_LARGER = 1.25;
/** A box of this score may be the same face as one that is found in another turn. */
const SAME_FACE = 0.5;
/** Faces of another turn lie askew, so that less of them overlaps. */
const TURNED_OVERLAP = 0.25;

/** The boxes in a raster, one for each face, the best first. */
export async function lookAt(
  network: YunetNetwork,
  raster: Raster,
  { least, overlap: same, times }: { readonly least: number; readonly overlap: number; readonly times: StageTimes },
): Promise<FoundFace[]> {
  const found = await network.look(raster, least, times);
  return times.timeSync('boxes', () => suppress(found, { overlap: same }));
}

/** The score that the network gives a candidate in a close-up. */
export async function lookCloser(
  network: YunetNetwork,
  closeUpOf: CloseUpOf,
  candidate: Candidate,
  how: Pick<CloserLook, 'around' | 'side' | 'mirrored'>,
  options: { readonly overlap: number; readonly times: StageTimes },
): Promise<number> {
  const { times } = options;
  const shown = times.timeSync('tensor', () => closeUpOf(candidate, { ...how, turn: candidate.turn }));
  const found = await network.look(shown.raster, CLOSE_UP_MIN, times);
  const same = found.filter((face) => overlap(face, shown.box) > options.overlap);
  return Math.max(0, ...same.map((face) => face.score));
}

/**
 * A finder that looks with YuNet: at the whole image; turned, when that shows no clear face or leaves a box in doubt;
 * larger, when its faces are small; and closer at each box in doubt. What the looks say is weighed into the
 * probability that people would count the box as a face, which is its score.
 *
 * A network with a fixed input takes the first look only: turned images may not fit it, and close-ups would cost
 * as much as whole images.
 */
export function createYunetFinder(network: YunetNetwork, search: YunetSearch): FaceFinder {
  const open = network.fixed === undefined;
  const { judge } = search;
  const small = open ? search.small : undefined;
  const turning = open ? search.turn : undefined;

  const firstSize = (size: Size): Size => {
    if (network.fixed !== undefined) return fitInside(size.width, size.height, network.fixed);
    return lookSize(size, search.leastSide, search.mostSide);
  };

  /** The boxes in a raster when it is turned, in pixels of the raster as it is. */
  const look = async (raster: Raster, turn: Turn, least: number, times: StageTimes): Promise<Candidate[]> => {
    const turned = turn === 0 ? raster : times.timeSync('tensor', () => turnRaster(raster, turn));
    const found = await lookAt(network, turned, { least, overlap: search.overlap, times });
    return found.map((face) => ({ ...turnBack(face, turn, raster), turn }));
  };

  /** The faces with their measures and logits after the first look. */
  const weighFirst = (faces: readonly Candidate[], { clear, first }: Judge) => {
    const measured = measure(faces, clear);
    return faces.flatMap((face, index) => {
      const measures = measured[index];
      return measures === undefined ? [] : [{ face, measures, sum: weigh(measures, first) }];
    });
  };

  const isDoubtful = (sum: number, { sure }: Judge): boolean => Math.abs(sum) <= -logit(sure);

  const isWorthTurning = (faces: readonly Candidate[], best: number): boolean => {
    if (turning === undefined || best < turning.hint) return false;
    if (best < turning.below) return true;
    return judge !== undefined && weighFirst(faces, judge).some(({ sum }) => isDoubtful(sum, judge));
  };

  /** The view with the faces of the turn that shows the best one, and the clear ones that only other turns show. */
  const lookTurned = async (upright: View, best: number, least: number, times: StageTimes): Promise<View> => {
    if (turning === undefined || !isWorthTurning(upright.faces, best)) return upright;
    const { raster } = upright;
    // Half the size shows where there is something at a quarter of the cost.
    const half = times.timeSync('tensor', () => halve(raster));
    const glances = new Map<Turn, Candidate[]>();
    for (const turn of TURNS) {
      const found = await look(half, turn, Math.min(turning.seen, turning.from), times);
      glances.set(
        turn,
        found.map((face) => ({ ...scale(face, raster.width / half.width, raster.height / half.height), turn })),
      );
    }
    let right: { turn: Turn; score: number } = { turn: 0, score: Math.max(best, turning.from) };
    for (const [turn, [face]] of best < turning.below ? glances : []) {
      if (face !== undefined && face.score > right.score) right = { turn, score: face.score };
    }
    const faces = right.turn === 0 ? upright.faces : await look(raster, right.turn, least, times);
    const known = faces.filter((face) => face.score >= SAME_FACE);
    const isNew = (box: Candidate): boolean => known.every((face) => overlap(face, box) <= TURNED_OVERLAP);
    const others = right.turn === 0 ? [] : upright.faces.filter((face) => face.score >= turning.add && isNew(face));
    for (const [turn, found] of glances) {
      if (turn === right.turn || !found.some((face) => face.score >= turning.seen && isNew(face))) continue;
      others.push(...(await look(raster, turn, turning.add, times)).filter(isNew));
    }
    return { raster, turn: right.turn, faces, others: suppress(others, { overlap: TURNED_OVERLAP }) };
  };

  /** The view, at a larger size where most of its clear faces are small and the image has more to show. */
  const lookLarger = async (view: View, image: Image, least: number, times: StageTimes): Promise<View> => {
    if (small === undefined) return view;
    const clear = view.faces.filter((face) => face.score >= small.from);
    const tiny = clear.filter((face) => sizeOf(face) < small.below);
    if (tiny.length * 2 <= clear.length) return view;
    const size = lookSize(image, 1, small.side);
    const ratio = Math.max(size.width, size.height) / Math.max(view.raster.width, view.raster.height);
    if (ratio < WORTH_LARGER) return view;
    const raster = await image.raster(size);
    const larger = await look(raster, view.turn, least, times);
    const grown = (face: Candidate): Candidate => ({ ...scale(face, ratio, ratio), turn: face.turn });
    const faces = suppress([...view.faces.map(grown), ...larger], { overlap: search.overlap });
    return { ...view, raster, faces, others: view.others.map(grown) };
  };

  /** The scores of a candidate in the closer looks, by their order; each is taken once, when it is first asked for. */
  const closerLooks = (raster: Raster, { closer }: Judge, times: StageTimes) => {
    const closeUpOf = closeUpsOf(raster);
    const taken = new Map<Candidate, number[]>();
    return async (face: Candidate, at: number): Promise<number> => {
      const scores = taken.get(face) ?? [];
      taken.set(face, scores);
      for (const how of closer.slice(scores.length, at + 1)) {
        scores.push(await lookCloser(network, closeUpOf, face, how, { overlap: search.overlap, times }));
      }
      return scores[at] ?? 0;
    };
  };

  /** The faces with the probabilities that they are any. */
  const decide = async ({ raster, faces, others }: View, times: StageTimes): Promise<FoundFace[]> => {
    if (judge === undefined) return [...faces];
    const scoreIn = closerLooks(raster, judge, times);

    /** Whether a face that only another turn shows looks like one from near, too. */
    const isConfirmed = async (face: Candidate): Promise<boolean> => {
      for (const at of judge.closer.keys()) {
        if ((await scoreIn(face, at)) < (turning?.confirm ?? 1)) return false;
      }
      return true;
    };
    /** The logit of the probability that a box in doubt is a face, after as many closer looks as it takes. */
    const lookUntilSure = async (face: Candidate, measures: Measures): Promise<number> => {
      let sum = 0;
      const logits: number[] = [];
      for (const [at, { weights, looks }] of judge.closer.entries()) {
        logits.push(logit(await scoreIn(face, at)));
        sum = logits.reduce((all, value, look) => all + value * (looks[look] ?? 0), weigh(measures, weights));
        if (!isDoubtful(sum, judge)) break;
      }
      return sum;
    };

    const confirmed: Candidate[] = [];
    for (const other of others.slice(0, judge.most)) if (await isConfirmed(other)) confirmed.push(other);
    const all = suppress([...faces, ...confirmed], { overlap: search.overlap });
    const judged: FoundFace[] = [];
    let looked = 0;
    for (const { face, measures, sum: first } of weighFirst(all, judge)) {
      let sum = first;
      if (open && isDoubtful(first, judge) && looked < judge.most) {
        looked += 1;
        sum = await lookUntilSure(face, measures);
      }
      judged.push({ ...face, score: probability(sum) });
    }
    return judged.sort((a, b) => b.score - a.score);
  };

  return {
    firstSize,
    async find(image, { threshold, times }): Promise<FoundFace[]> {
      const least = judge?.from ?? threshold;
      const raster = await image.raster(firstSize(image));
      const boxes = await look(raster, 0, Math.min(least, turning?.hint ?? least), times);
      const upright: View = { raster, turn: 0, faces: boxes.filter((box) => box.score >= least), others: [] };
      const turned = await lookTurned(upright, boxes[0]?.score ?? 0, least, times);
      const view = await lookLarger(turned, image, least, times);
      const faces = await decide(view, times);
      return faces
        .filter((face) => face.score >= threshold)
        .map((face) => scale(face, image.width / view.raster.width, image.height / view.raster.height));
    },
  };
}
