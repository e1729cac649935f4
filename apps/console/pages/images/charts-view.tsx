import { SimpleGrid, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { Bars } from '../../charts/bars.js';
import { PieChart } from '../../charts/pie.js';
import { SeriesBars } from '../../charts/series-bars.js';
import type { ImageStats } from '../../generated/api.js';
import { useTexts } from '../../shell/use-texts.js';
import { Facts } from '../../ui/facts.js';
import { countOf, formatBytes, formatCount, formatRate } from '../../ui/format.js';
import { EmptyNote } from '../../ui/notes.js';
import { QueryView } from '../../ui/query-view.js';
import { ChartPanel } from '../dataset/chart-panel.js';
import { FilteredView } from '../dataset/filtered-view.js';
import { ImageFilterBar } from './image-filter-bar.js';
import { ModelsTable } from './models-table.js';
import { SizeScatter } from './size-scatter.js';
import { useImageSizes, useImageStats } from './use-images.js';

/** More slices than these would be told apart by nobody; the others stand together. */
const maxSlices = 8;
const dayMs = 86_400_000;
/** The API tells no more import days than this, the latest. */
const maxDays = 366;

/** How many faces are in how many pictures, and how large these are. A click on a bar shows its pictures. */
export function ChartsView() {
  const [texts, change] = useTexts();
  const stats = useImageStats(texts);
  const sizes = useImageSizes(texts);
  const navigate = useNavigate();
  const show = (filter: Readonly<Record<string, string | undefined>>): void => change({ view: 'gallery', ...filter });
  return (
    <>
      <ImageFilterBar />
      <FilteredView query={stats} what="the figures of the pictures">
        {(found) =>
          found.pictures === 0 ? (
            <EmptyNote title="No picture fits these filters">Take one of the filters above away.</EmptyNote>
          ) : (
            <SimpleGrid cols={1} spacing="sm">
              <Figures stats={found} bytes={sizes.data?.bytes} />
              <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="sm">
                <ChartPanel>
                  <Bars
                    title="Pictures by number of faces"
                    unit="pictures"
                    axis="faces"
                    bars={found.byFaces.map(({ faceNo, pictures }) => ({ label: String(faceNo), value: pictures }))}
                    onBar={(faceNo) => show({ faceNo, minFaces: undefined, maxFaces: undefined })}
                  />
                  {found.moreFaces.pictures > 0 && (
                    <Text size="xs" c="dimmed">
                      And {countOf(found.moreFaces.pictures, 'picture')} with more faces than these.
                    </Text>
                  )}
                </ChartPanel>
                <ChartPanel>
                  <PieChart title="Share of pictures by number of faces" unit="pictures" slices={slicesOf(found)} />
                </ChartPanel>
                <ChartPanel>
                  <QueryView query={sizes} what="the sizes of the files">
                    {({ byBytes }) => (
                      <Bars
                        title="Pictures by the size of their files"
                        unit="pictures"
                        axis="and more"
                        bars={byBytes.map(({ from, pictures }) => ({ label: formatBytes(from), value: pictures }))}
                      />
                    )}
                  </QueryView>
                </ChartPanel>
                <ChartPanel>
                  <Bars
                    title="Pictures by width × height"
                    unit="pictures"
                    axis="megapixels"
                    bars={found.byMegapixels.map((each) => ({ label: megapixels(each), value: each.pictures }))}
                    onBar={(label) => {
                      const chosen = found.byMegapixels.find((each) => megapixels(each) === label);
                      if (chosen) show(pixelsOf(chosen));
                    }}
                  />
                </ChartPanel>
                <ChartPanel>
                  <Bars
                    title="Pictures by width"
                    unit="pictures"
                    axis="pixels wide"
                    bars={found.widths.map((each) => ({ label: spanOf(each), value: each.pictures }))}
                    onBar={(label) => {
                      const span = found.widths.find((each) => spanOf(each) === label);
                      if (span) show({ minWidth: String(span.from), maxWidth: String(span.to) });
                    }}
                  />
                </ChartPanel>
                <ChartPanel>
                  <Bars
                    title="Pictures by height"
                    unit="pictures"
                    axis="pixels high"
                    bars={found.heights.map((each) => ({ label: spanOf(each), value: each.pictures }))}
                    onBar={(label) => {
                      const span = found.heights.find((each) => spanOf(each) === label);
                      if (span) show({ minHeight: String(span.from), maxHeight: String(span.to) });
                    }}
                  />
                </ChartPanel>
                <ChartPanel>
                  <QueryView query={sizes} what="a sample of the pictures">
                    {(sampled) => (
                      <SizeScatter
                        sizes={sampled}
                        onImage={(id) => void navigate({ to: '/images/$id', params: { id }, search: texts })}
                      />
                    )}
                  </QueryView>
                </ChartPanel>
                <ChartPanel>
                  <SeriesBars
                    title="Pictures by import day"
                    unit="pictures"
                    {...daysOf(found)}
                    onSlice={(from) => show({ from: from.slice(0, 10), to: from.slice(0, 10) })}
                  />
                  {found.byDay.length >= maxDays && (
                    <Text size="xs" c="dimmed">
                      The latest {maxDays} days that have pictures. The filters lead to earlier ones.
                    </Text>
                  )}
                </ChartPanel>
              </SimpleGrid>
              <ModelsTable models={found.byModel} />
            </SimpleGrid>
          )
        }
      </FilteredView>
    </>
  );
}

function Figures({ stats, bytes }: { readonly stats: ImageStats; readonly bytes: number | undefined }) {
  return (
    <ChartPanel>
      <Facts
        of={{
          'Pictures in all': formatCount(stats.pictures),
          Faces: formatCount(stats.faces),
          'Faces per picture': stats.meanFaces === null ? undefined : formatRate(stats.meanFaces),
          'Most faces': stats.mostFaces === null ? undefined : formatCount(stats.mostFaces),
          'All files together': bytes === undefined ? '…' : formatBytes(bytes),
        }}
      />
    </ChartPanel>
  );
}

function slicesOf({ byFaces, moreFaces }: ImageStats): readonly { label: string; value: number }[] {
  const single = byFaces.length > maxSlices ? maxSlices - 1 : byFaces.length;
  const rest = byFaces.slice(single).reduce((sum, { pictures }) => sum + pictures, 0) + moreFaces.pictures;
  return [
    ...byFaces.slice(0, single).map(({ faceNo, pictures }) => ({ label: countOf(faceNo, 'face'), value: pictures })),
    ...(rest === 0 ? [] : [{ label: `${byFaces[single]?.faceNo ?? ''} or more faces`, value: rest }]),
  ];
}

type Class = ImageStats['byMegapixels'][number];

const megapixels = ({ from, to }: Class): string =>
  to === null ? `${formatRate(from)} and more` : `${formatRate(from)}–${formatRate(to)}`;

const pixelsOf = ({ from, to }: Class) => ({
  minPixels: String(Math.round(from * 1_000_000)),
  maxPixels: to === null ? undefined : String(Math.round(to * 1_000_000) - 1),
});

const spanOf = ({ from, to }: { readonly from: number; readonly to: number }): string =>
  from === to ? String(from) : `${from}–${to}`;

/** Every day from the first to the last, those without pictures as well. */
function daysOf({ byDay }: ImageStats) {
  const counts = new Map(byDay.map(({ impDate, pictures }) => [impDate, pictures]));
  const days = [...counts.keys()].sort();
  const first = Date.parse(days[0] ?? '');
  const last = Date.parse(days.at(-1) ?? '');
  const slices: string[] = [];
  for (let at = first; at <= last; at += dayMs) slices.push(new Date(at).toISOString());
  return {
    slices,
    end: new Date(last + dayMs).toISOString(),
    groups: [{ label: 'pictures', values: slices.map((at) => counts.get(at.slice(0, 10)) ?? 0) }],
  };
}
