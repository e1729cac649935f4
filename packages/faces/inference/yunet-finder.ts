import { fitInside } from '../picture/decode.js';
import { halve, orient, type Raster } from '../picture/raster.js';
import type { StageTimes } from '../stages.js';
import { closeUpsOf } from './close-up.js';
import type { FaceFinder, FoundFace, Picture, Size } from './face-finder.js';
import { type Box, overlap, scale } from './geometry.js';
import { lookSize } from './look-size.js';
import { suppress } from './nms.js';
import { TURNS, type Turn, turnBack, turnRaster } from './turn.js';
import type { YunetNetwork } from './yunet-network.js';
import type { YunetSearch } from './yunet-search.js';

/** What was looked at, and what was found in it. */
interface View {
  /** By how much the picture was turned. */
  readonly turn: Turn;
  /** The picture, turned. */
  readonly raster: Raster;
  /** In pixels of the raster, best score first. */
  readonly faces: FoundFace[];
}

/** What a look is to find. */
interface Look {
  /** The lowest score of a face. */
  readonly threshold: number;
  /** The lowest score of a box that may still become a face. */
  readonly least: number;
  readonly times: StageTimes;
}

/** The lowest score of a box in a close-up that speaks for the face it was made of; below it counts as 0. */
const CLOSE_UP_LEAST = 0.1;
/** The EXIF orientation of a picture that is shown with left and right exchanged. */
const MIRRORED = 2;

/** A look that is larger by less shows nothing new. */
const WORTH_LARGER = 1.25;

/**
 * A finder that looks with YuNet: at the whole picture; when that shows no clear face, at the picture turned; then,
 * closer, at each box that may or may not be a face. Its score becomes the mean of the first look, the close-up and
 * the close-up mirrored: what only looks like a face does so at one size and in one way.
 *
 * A network with a fixed input takes the first look only: turned pictures may not fit it, and close-ups would cost
 * as much as whole pictures.
 */
export function createYunetFinder(network: YunetNetwork, search: YunetSearch): FaceFinder {
  const { closeUp, small, turn } = network.fixed === undefined ? search : {};

  const firstSize = (size: Size): Size => {
    if (network.fixed !== undefined) return fitInside(size.width, size.height, network.fixed);
    return lookSize(size, search.leastSide, search.mostSide);
  };

  const look = async (raster: Raster, { least, times }: Pick<Look, 'least' | 'times'>): Promise<FoundFace[]> => {
    const found = await network.look(raster, least, times);
    return times.timeSync('boxes', () => suppress(found, { overlap: search.overlap }));
  };

  /** With the score of the best box, be it too low for a face. */
  const lookFirst = async (picture: Picture, { least, times }: Look): Promise<{ view: View; best: number }> => {
    const raster = await picture.raster(firstSize(picture));
    const boxes = await look(raster, { least: Math.min(least, turn?.hint ?? least), times });
    const faces = boxes.filter((box) => box.score >= least);
    return { view: { turn: 0, raster, faces }, best: boxes[0]?.score ?? 0 };
  };

  /** The view turned so that it shows a face clearly, and more clearly than upright; else the view. */
  const lookTurned = async (view: View, upright: number, options: Look): Promise<View> => {
    const { times } = options;
    if (turn === undefined || upright >= turn.below || upright < turn.hint) return view;
    // Half the size tells what is up at a quarter of the cost.
    const half = times.timeSync('tensor', () => halve(view.raster));
    let best: { turn: Turn; score: number } = { turn: 0, score: Math.max(upright, turn.from) };
    for (const quarter of TURNS) {
      const turned = times.timeSync('tensor', () => turnRaster(half, quarter));
      const [face] = await look(turned, { least: turn.from, times });
      if (face !== undefined && face.score > best.score) best = { turn: quarter, score: face.score };
    }
    if (best.turn === 0) return view;
    const raster = times.timeSync('tensor', () => turnRaster(view.raster, best.turn));
    return { turn: best.turn, raster, faces: await look(raster, options) };
  };

  /** The view, at a larger size where most of its clear faces are small and the picture has more to show. */
  const lookLarger = async (view: View, picture: Picture, options: Look): Promise<View> => {
    if (small === undefined) return view;
    const clear = view.faces.filter((face) => face.score >= small.from);
    const tiny = clear.filter((face) => Math.sqrt(face.width * face.height) < small.below);
    if (tiny.length * 2 <= clear.length) return view;
    const size = lookSize(picture, 1, small.side);
    const ratio = Math.max(size.width, size.height) / Math.max(view.raster.width, view.raster.height);
    if (ratio < WORTH_LARGER) return view;
    const raster = turnRaster(await picture.raster(size), view.turn);
    const larger = await look(raster, options);
    const known = view.faces.map((face) => scale(face, ratio, ratio));
    return { ...view, raster, faces: suppress([...known, ...larger], { overlap: search.overlap }) };
  };

  /** The best score of a face that lies where `box` does. */
  const scoreAt = async (shown: Raster, box: Box, times: StageTimes): Promise<number> => {
    const found = await network.look(shown, CLOSE_UP_LEAST, times);
    return Math.max(0, ...found.filter((face) => overlap(face, box) > search.overlap).map((face) => face.score));
  };

  /** The faces, the doubtful ones with the score that they have after close-ups, and without those that cannot be any. */
  const lookCloser = async ({ raster, faces }: View, { threshold, times }: Look): Promise<FoundFace[]> => {
    if (closeUp === undefined) return faces;
    const closeUpAt = closeUpsOf(raster);
    const isDoubtful = (face: FoundFace) => face.score >= closeUp.from && face.score < closeUp.to;
    const doubtful = faces.filter(isDoubtful).slice(0, closeUp.most);
    const judged = faces.filter((face) => !doubtful.includes(face));
    for (const face of doubtful) {
      const shown = times.timeSync('tensor', () => closeUpAt(face, closeUp.around, closeUp.side));
      const sum = face.score + (await scoreAt(shown.raster, shown.box, times));
      if (sum + 1 < 3 * threshold) continue;
      // The box lies in the middle, so it is the same in the mirror.
      const mirrored = times.timeSync('tensor', () => orient(shown.raster, MIRRORED));
      judged.push({ ...face, score: (sum + (await scoreAt(mirrored, shown.box, times))) / 3 });
    }
    return judged.sort((a, b) => b.score - a.score);
  };

  return {
    firstSize,
    async find(picture, { threshold, times }): Promise<FoundFace[]> {
      const least = Math.min(threshold, closeUp?.from ?? threshold);
      const options = { threshold, least, times };
      const first = await lookFirst(picture, options);
      const view = await lookLarger(await lookTurned(first.view, first.best, options), picture, options);
      const faces = await lookCloser(view, options);
      const { turn: turned, raster } = view;
      const sideways = turned === 90 || turned === 270;
      const size = sideways ? { width: raster.height, height: raster.width } : raster;
      return faces
        .filter((face) => face.score >= threshold)
        .map((face) => turnBack(face, turned, size))
        .map((face) => scale(face, picture.width / size.width, picture.height / size.height));
    },
  };
}
