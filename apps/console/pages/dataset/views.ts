import { lazy } from 'react';
import type { DatasetView } from './view.js';

/** What every dataset has, from its declaration alone. */
const common: readonly DatasetView[] = [
  { view: 'rows', label: 'Rows', View: lazy(async () => ({ default: (await import('./rows-view.js')).RowsView })) },
  {
    view: 'columns',
    label: 'Columns',
    View: lazy(async () => ({ default: (await import('./columns-view.js')).ColumnsView })),
  },
  { view: 'about', label: 'About', View: lazy(async () => ({ default: (await import('./about-view.js')).AboutView })) },
];

const objects: DatasetView = {
  view: 'objects',
  label: 'Objects',
  View: lazy(async () => ({ default: (await import('../fleet/objects-view.js')).ObjectsView })),
};
const vehicles: DatasetView = {
  view: 'vehicles',
  label: 'Vehicles',
  View: lazy(async () => ({ default: (await import('../fleet/vehicles-view.js')).VehiclesView })),
};

const recordings: DatasetView = {
  view: 'recordings',
  label: 'Recordings',
  View: lazy(async () => ({ default: (await import('../recordings/recordings-view.js')).RecordingsView })),
};
const frames: DatasetView = {
  view: 'frames',
  label: 'Frames',
  View: lazy(async () => ({ default: (await import('../recordings/frames-view.js')).FramesView })),
};

const questions: DatasetView = {
  view: 'questions',
  label: 'Questions',
  View: lazy(async () => ({ default: (await import('../recordings/questions-view.js')).QuestionsView })),
};

/** What some datasets have beside that, before it: the page opens with the first view. */
const special: Readonly<Record<string, readonly DatasetView[]>> = {
  'objects-detection': [objects, vehicles],
  'vehicle-status': [vehicles, objects],
  images: [
    {
      view: 'gallery',
      label: 'Gallery',
      View: lazy(async () => ({ default: (await import('../images/gallery-view.js')).GalleryView })),
    },
    {
      view: 'charts',
      label: 'Charts',
      View: lazy(async () => ({ default: (await import('../images/charts-view.js')).ChartsView })),
    },
    {
      view: 'compare',
      label: 'Compare models',
      View: lazy(async () => ({ default: (await import('../images/compare-view.js')).CompareView })),
    },
  ],
  recording: [recordings, frames, questions],
  footage: [frames, questions],
  label: [questions, frames],
  sensor: [questions, frames],
  'data-sample': [
    {
      view: 'figures',
      label: 'Figures',
      View: lazy(async () => ({ default: (await import('../data-sample/figures-view.js')).FiguresView })),
    },
    {
      view: 'completeness',
      label: 'Completeness',
      View: lazy(async () => ({ default: (await import('../data-sample/completeness-view.js')).CompletenessView })),
    },
  ],
};

/** The views of a dataset, in the order of their tabs. A name that no dataset has, has the common ones. */
export const viewsOf = (name: string): readonly DatasetView[] => [
  ...(Object.hasOwn(special, name) ? (special[name] ?? []) : []),
  ...common,
];
