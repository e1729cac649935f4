// Builds the web console into dist/apps/console: the API's description, the client made from it, the samples that it offers,
// then the pages.
// Run by set-up and by the Dockerfile, after the compiler.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { generateSource } from 'oazapfts';
import { build, defaultClientConditions } from 'vite';
import { writeSamples } from '#samples/write-samples.js';
import { describeApi } from './console/openapi.js';
import { pageFiles } from './console/page-files.js';

const project = fileURLToPath(new URL('../../', import.meta.url));
const root = join(project, 'apps/console');
const outDir = join(project, 'dist/apps/console');

const generated = join(root, 'generated');
await mkdir(generated, { recursive: true });
const description = join(generated, 'openapi.json');
await writeFile(description, JSON.stringify(await describeApi()));
await writeFile(join(generated, 'api.ts'), await generateSource(description, { argumentStyle: 'object' }));
const samples = join(generated, 'samples');
await rm(samples, { recursive: true, force: true });
await writeSamples(samples, { images: 12, parquet: 12, json: 6 });

/**
 * Which modules are one file. Left to itself, the bundler makes a file for each set of pages that share a module: more than fifty for one
 * page. Each request has headers of its own, and a browser has six under way at a time.
 */
const groups = [
  { name: 'main', tags: ['$initial' as const] },
  {
    name: 'parts',
    test: /[\\/]console[\\/](ui|client|live|shell)[\\/][^\\/]+$|@mantine|@tabler|@tanstack[\\/]react-query/,
    minShareCount: 2,
  },
  { name: 'table', test: /[\\/]console[\\/]ui[\\/](table|filter)[\\/]/ },
  { name: 'chart', test: /[\\/]console[\\/]charts[\\/](series-bars|chart|axes|chart-tooltip|colours|save)\./ },
];

await build({
  configFile: false,
  root,
  logLevel: 'warn',
  plugins: [react(), pageFiles(join(root, 'router.tsx'))],
  resolve: { conditions: ['millrace-source', ...defaultClientConditions] },
  // The API puts one of its own in its place with each answer.
  html: { cspNonce: 'NONCE' },
  build: {
    outDir,
    emptyOutDir: true,
    // Files within styles would need a policy that allows data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1_000,
    rolldownOptions: { output: { codeSplitting: { groups } } },
  },
});
await compressAll();
// The carrier and the pools that the description was made with were never used, and keep timers.
process.exit(0);

/** Beside each file of text its compressed forms, so that no request compresses. */
async function compressAll(): Promise<void> {
  const names = await readdir(join(outDir, 'assets'));
  await Promise.all(
    names
      .filter((name) => /\.(js|css|svg)$/.test(name))
      .map(async (name) => {
        const path = join(outDir, 'assets', name);
        const bytes = await readFile(path);
        const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
        await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes, quality));
        await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }));
      }),
  );
}
