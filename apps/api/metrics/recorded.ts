import { Counter, Gauge, Histogram, type HistogramConfiguration, type Registry } from 'prom-client';

/** A value and its labels. */
export interface Sample<L extends string = string> {
  readonly labels: Readonly<Record<L, string>>;
  readonly value: number;
}

/** A histogram as the record has it: how many were in each bucket alone, one more at the end above all bounds. */
export interface RecordedTimes<L extends string = string> {
  readonly labels: Readonly<Record<L, string>>;
  readonly counts: readonly number[];
  readonly sum: number;
}

/** How a metric is described. */
export interface MetricWords<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly L[];
}

/** Metrics whose values are read elsewhere: each `set` replaces all samples. */
export interface RecordedMetric<T> {
  set(samples: readonly T[]): void;
}

export function recordedGauge<L extends string>(
  registry: Registry,
  { name, help, labelNames }: MetricWords<L>,
): RecordedMetric<Sample<L>> {
  const gauge = new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });
  return {
    set(samples) {
      gauge.reset();
      for (const { labels, value } of samples) gauge.set(labels, value);
    },
  };
}

export function recordedCounter<L extends string>(
  registry: Registry,
  { name, help, labelNames }: MetricWords<L>,
): RecordedMetric<Sample<L>> {
  const counter = new Counter({ name, help, labelNames: [...labelNames], registers: [registry] });
  return {
    set(samples) {
      counter.reset();
      for (const { labels, value } of samples) counter.inc(labels, value);
    },
  };
}

/** @param bounds upper bounds of the buckets, in seconds */
export function recordedHistogram<L extends string>(
  registry: Registry,
  { name, help, labelNames }: MetricWords<L>,
  bounds: readonly number[],
): RecordedMetric<RecordedTimes<L>> {
  const histogram = new RecordedHistogram<L>({
    ...{ name, help, labelNames: [...labelNames], buckets: [...bounds] },
    registers: [registry],
  });
  return {
    set(times) {
      histogram.values = times.flatMap(({ labels, counts, sum }) => {
        let below = 0;
        const buckets = [...bounds, Number.POSITIVE_INFINITY].map((bound, index) => {
          below += counts[index] ?? 0;
          const le = bound === Number.POSITIVE_INFINITY ? '+Inf' : String(bound);
          return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: below };
        });
        return [
          ...buckets,
          { metricName: `${name}_sum`, labels, value: sum },
          { metricName: `${name}_count`, labels, value: below },
        ];
      });
    },
  };
}

/** A line of what is written down; `metricName` is that of the histogram with `_bucket`, `_sum` or `_count`. */
interface HistogramValue {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** prom-client fills a histogram by single observations only; this one is given its buckets. */
class RecordedHistogram<L extends string> extends Histogram<L> {
  readonly #words: { readonly name: string; readonly help: string };
  values: readonly HistogramValue[] = [];

  constructor(configuration: HistogramConfiguration<L>) {
    super(configuration);
    const { name, help } = configuration;
    this.#words = { name, help };
  }

  /** What the registry asks for, and `get` as well. */
  async getForPromString() {
    return { ...this.#words, type: 'histogram', values: this.values };
  }
}
