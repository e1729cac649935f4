import './theme/components.css';
import './theme/global.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { openQueries } from './client/queries.js';
import { Live } from './live/live.js';
import { LiveContext } from './live/use-live.js';
import { openRouter } from './router.js';
import { theme, variables } from './theme/theme.js';
import { Notices } from './ui/notices.js';
import { Uploads } from './uploads/uploads.js';
import { UploadsContext } from './uploads/use-uploads.js';

const root = document.querySelector('#root');
if (!root) throw new Error('expected an element #root in the page, found none');

// The policy of the page takes styles that are written into it only with this number.
const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '';
// What keeps the page behind a dialog from scrolling writes styles, too, and looks for it there.
Object.assign(globalThis, { __webpack_nonce__: nonce });

// Files of an older build are gone after an update of the server; the page then has to be loaded anew, once.
addEventListener('vite:preloadError', () => {
  // The page behind a link that is pointed at is read ahead. Nobody has gone there yet, and what is typed here stays.
  if (router.state.status !== 'pending' && document.querySelector('a:hover, a:focus')) return;
  if (sessionStorage.getItem('millrace.reloaded') === location.href) return;
  sessionStorage.setItem('millrace.reloaded', location.href);
  location.reload();
});

const queries = openQueries();
const live = new Live(queries);
live.open();
const router = openRouter();
const uploads = new Uploads();

createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={queries}>
        <LiveContext value={live}>
          <UploadsContext value={uploads}>
            <Notices position="bottom-right" />
            <RouterProvider router={router} />
          </UploadsContext>
        </LiveContext>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
