import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { FailedPage, UnknownPage } from './shell/fallback-pages.js';
import { parseSearch, stringifySearch, type Texts } from './shell/search-text.js';
import { Shell } from './shell/shell.js';

const root = createRootRoute({
  component: Shell,
  notFoundComponent: UnknownPage,
  validateSearch: (search: Texts): Texts => search,
});
const getParentRoute = () => root;

const overview = createRoute({
  getParentRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/overview/overview-page.js'), 'OverviewPage'),
});
const runs = createRoute({
  getParentRoute,
  path: '/runs',
  component: lazyRouteComponent(() => import('./pages/runs/runs-page.js'), 'RunsPage'),
});
const run = createRoute({
  getParentRoute,
  path: '/runs/$id',
  component: lazyRouteComponent(() => import('./pages/run/run-page.js'), 'RunPage'),
});
const files = createRoute({
  getParentRoute,
  path: '/files',
  component: lazyRouteComponent(() => import('./pages/files/files-page.js'), 'FilesPage'),
});
const file = createRoute({
  getParentRoute,
  path: '/files/$id',
  component: lazyRouteComponent(() => import('./pages/file/file-page.js'), 'FilePage'),
});
const quarantine = createRoute({
  getParentRoute,
  path: '/quarantine',
  component: lazyRouteComponent(() => import('./pages/quarantine/quarantine-page.js'), 'QuarantinePage'),
});
const upload = createRoute({
  getParentRoute,
  path: '/upload',
  component: lazyRouteComponent(() => import('./pages/upload/upload-page.js'), 'UploadPage'),
});
const tasks = createRoute({
  getParentRoute,
  path: '/tasks',
  component: lazyRouteComponent(() => import('./pages/tasks/tasks-page.js'), 'TasksPage'),
});
const task = createRoute({
  getParentRoute,
  path: '/tasks/$name',
  component: lazyRouteComponent(() => import('./pages/task/task-page.js'), 'TaskPage'),
});
const flows = createRoute({
  getParentRoute,
  path: '/flows',
  component: lazyRouteComponent(() => import('./pages/flows/flows-page.js'), 'FlowsPage'),
});
const schedules = createRoute({
  getParentRoute,
  path: '/schedules',
  component: lazyRouteComponent(() => import('./pages/schedules/schedules-page.js'), 'SchedulesPage'),
});
const schedule = createRoute({
  getParentRoute,
  path: '/schedules/$name',
  component: lazyRouteComponent(() => import('./pages/schedule/schedule-page.js'), 'SchedulePage'),
});
const workers = createRoute({
  getParentRoute,
  path: '/workers',
  component: lazyRouteComponent(() => import('./pages/workers/workers-page.js'), 'WorkersPage'),
});
const worker = createRoute({
  getParentRoute,
  path: '/workers/$id',
  component: lazyRouteComponent(() => import('./pages/worker/worker-page.js'), 'WorkerPage'),
});
const actions = createRoute({
  getParentRoute,
  path: '/actions',
  component: lazyRouteComponent(() => import('./pages/actions/actions-page.js'), 'ActionsPage'),
});
const datasets = createRoute({
  getParentRoute,
  path: '/datasets',
  component: lazyRouteComponent(() => import('./pages/datasets/datasets-page.js'), 'DatasetsPage'),
});
const dataset = createRoute({
  getParentRoute,
  path: '/datasets/$name',
  component: lazyRouteComponent(() => import('./pages/dataset/dataset-page.js'), 'DatasetPage'),
});
const image = createRoute({
  getParentRoute,
  path: '/images/$id',
  component: lazyRouteComponent(() => import('./pages/image/image-page.js'), 'ImagePage'),
});
/** Where the gallery was before there was a console. */
const gallery = createRoute({
  getParentRoute,
  path: '/images',
  beforeLoad: () => {
    throw redirect({ to: '/datasets/$name', params: { name: 'images' } });
  },
});

const routeTree = root.addChildren([
  ...[overview, runs, run, files, file, quarantine, upload, tasks, task, flows, schedules, schedule, workers, worker],
  ...[actions, datasets, dataset, image, gallery],
]);

/** All pages, each in a file of its own that is read when one goes there. Filters are plain texts in the address. */
export const openRouter = () =>
  createRouter({
    routeTree,
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
    defaultErrorComponent: FailedPage,
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof openRouter>;
  }
}
