import { Html, html } from './html.js';

/** One bar. */
export interface Bar {
  /** Below the bar. */
  readonly label: string;
  readonly value: number;
  /** Above it, under the value. */
  readonly note: string;
  /** Where the bar leads. */
  readonly href?: string;
  /** Shown when the pointer rests on it. */
  readonly title: string;
}

const step = 58;
const barWidth = 38;
const chart = { top: 40, height: 120, bottom: 24 };

/** What `barChart` needs in a page's style. */
export const chartStyle = new Html(`
.chart { display: block; max-width: 100%; height: auto; overflow: visible; }
.chart text { fill: var(--ink); font-size: 12px; text-anchor: middle; font-variant-numeric: tabular-nums; }
.chart .note, .chart .label { fill: var(--dim); font-size: 11px; }
.chart rect { fill: var(--accent); }
.chart a:hover rect { opacity: .75; }
.chart line { stroke: var(--line); }
`);

/** A bar chart with its values written on it, as an SVG without a script. `name` says what it shows, for who cannot see it. */
export function barChart(name: string, bars: readonly Bar[]): Html {
  const most = Math.max(1, ...bars.map((bar) => bar.value));
  const width = bars.length * step;
  const ground = chart.top + chart.height;
  return html`<svg class="chart" role="img" aria-label="${name}" viewBox="0 0 ${width} ${ground + chart.bottom}" width="${width}" height="${ground + chart.bottom}">
<line x1="0" x2="${width}" y1="${ground}" y2="${ground}"/>
${bars.map((bar, index) => oneBar(bar, (index + 0.5) * step, bar.value / most, ground))}
</svg>`;
}

function oneBar(bar: Bar, middle: number, part: number, ground: number): Html {
  // What is there at all is seen: never less than a line.
  const height = bar.value === 0 ? 0 : Math.max(2, Math.round(part * chart.height));
  const top = ground - height;
  const drawn = html`<g><title>${bar.title}</title>
<rect x="${middle - barWidth / 2}" y="${top}" width="${barWidth}" height="${height}" rx="3"/>
<text x="${middle}" y="${top - 18}">${bar.value.toLocaleString('en')}</text>
<text class="note" x="${middle}" y="${top - 5}">${bar.note}</text>
<text class="label" x="${middle}" y="${ground + 16}">${bar.label}</text></g>`;
  return bar.href === undefined ? drawn : html`<a href="${bar.href}">${drawn}</a>`;
}
