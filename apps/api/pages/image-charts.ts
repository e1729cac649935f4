import type { ImageStats } from '#database/queries/image-stats.js';
import { type Bar, barChart } from './charts.js';
import { type Html, html } from './html.js';

/** So many face counts have a bar of their own; images with more share the last one. */
const maxBars = 16;

const percent = (part: number, whole: number): string =>
  `${((100 * part) / Math.max(1, whole)).toLocaleString('en', { maximumFractionDigits: 1 })} %`;

const images = (count: number): string => `${count.toLocaleString('en')} ${count === 1 ? 'image' : 'images'}`;

/** Images by number of faces. `linkTo` says where the images with these numbers are listed. */
export function faceChart(stats: ImageStats, linkTo: (least: number, most: number | undefined) => string): Html {
  const own = stats.byFaces.filter(({ faceNo }) => faceNo < maxBars);
  const bars = own.map(({ faceNo, pictures: count }) =>
    bar({ label: String(faceNo), of: `${faceNo} faces`, count, whole: stats.pictures, href: linkTo(faceNo, faceNo) }),
  );
  const rest = stats.pictures - own.reduce((sum, each) => sum + each.pictures, 0);
  if (rest > 0) {
    const [label, of] = [`${maxBars}+`, `${maxBars} faces or more`];
    bars.push(bar({ label, of, count: rest, whole: stats.pictures, href: linkTo(maxBars, undefined) }));
  }
  return barChart('Images by number of faces', bars);
}

/** Images by size in megapixels, with the faces in them. */
export function sizeChart(stats: ImageStats): Html {
  const bars = stats.byMegapixels.map(({ from, to, pictures: count, meanFaces }) => {
    const label = to === null ? `${short(from)}+` : `< ${short(to)}`;
    const of = to === null ? `${short(from)} megapixels or more` : `${short(from)} to ${short(to)} megapixels`;
    const made = bar({ label, of, count, whole: stats.pictures });
    return { ...made, title: `${made.title}; ${meanFaces.toLocaleString('en')} faces on average` };
  });
  return barChart('Images by size in megapixels', bars);
}

/** The sizes that most images have, and the faces in them. */
export function sizeTable(stats: ImageStats, most: number): Html {
  const rows = stats.commonSizes.slice(0, most).map(
    (
      size,
    ) => html`<tr><td>${size.width} × ${size.height}</td><td class="number">${size.pictures.toLocaleString('en')}</td>
<td class="number">${percent(size.pictures, stats.pictures)}</td><td class="number">${size.meanFaces.toLocaleString('en')}</td></tr>`,
  );
  return html`<table><tr><th>Most common sizes</th><th class="number">Images</th><th class="number">Part</th><th class="number">Faces, mean</th></tr>
${rows}</table>`;
}

interface Counted {
  readonly label: string;
  /** What is counted, in words. */
  readonly of: string;
  readonly count: number;
  readonly whole: number;
  readonly href?: string;
}

const bar = ({ label, of, count, whole, href }: Counted): Bar => ({
  label,
  value: count,
  note: percent(count, whole),
  title: `${of}: ${images(count)}, ${percent(count, whole)}`,
  ...(href === undefined ? {} : { href }),
});

const short = (megapixels: number): string => megapixels.toLocaleString('en', { maximumSignificantDigits: 2 });
