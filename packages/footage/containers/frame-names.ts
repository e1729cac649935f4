import { basename } from 'node:path/posix';

/** Which image is which frame. */
export interface FrameNames<T> {
  /** One more than the last frame's index. */
  readonly count: number;
  /** Undefined where the images are named by their index and none has this one. */
  at(index: number): T | undefined;
}

const imageEnding = /\.(jpe?g|png|webp|gif|tiff?|avif)$/i;

/** Whether a path names an image, by its ending; what systems leave beside them (`.DS_Store`, `__MACOSX`) is none. */
export const isImageName = (path: string): boolean =>
  imageEnding.test(path) && !path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');

const natural = new Intl.Collator('en', { numeric: true });

/** The most that a number in a name may be to be taken for an index. */
const maxIndex = 10_000_000;

/**
 * Frames by the names of their images. Where all are numbered behind the same beginning (`frame_00012.jpg`), from 0 on and
 * no number twice, the number is the index, so that a frame that was left out moves no other. Else the images are counted
 * in the natural order of their paths: `2.jpg` before `10.jpg`.
 */
export function orderFrames<T>(images: readonly T[], pathOf: (image: T) => string): FrameNames<T> {
  const numbered = byNumber(images, pathOf);
  if (numbered !== undefined) {
    const last = [...numbered.keys()].reduce((most, each) => Math.max(most, each), -1);
    return { count: last + 1, at: (index) => numbered.get(index) };
  }
  const ordered = [...images].sort((a, b) => natural.compare(pathOf(a), pathOf(b)) || (pathOf(a) < pathOf(b) ? -1 : 1));
  return { count: ordered.length, at: (index) => ordered[index] };
}

function byNumber<T>(images: readonly T[], pathOf: (image: T) => string): Map<number, T> | undefined {
  const found = new Map<number, T>();
  let beginning: string | undefined;
  for (const image of images) {
    const path = pathOf(image);
    const name = basename(path);
    const [, digits = ''] = /(\d{1,8})\.[a-z]+$/i.exec(name) ?? [];
    const index = Number(digits);
    const before = path.slice(0, path.length - name.length) + name.replace(/\d{1,8}\.[a-z]+$/i, '');
    beginning ??= before;
    if (digits === '' || before !== beginning || index > maxIndex || found.has(index)) return undefined;
    found.set(index, image);
  }
  return found.has(0) ? found : undefined;
}
