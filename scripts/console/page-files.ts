import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Plugin, Rolldown } from 'vite';

/** A page's route as apps/console/router.tsx writes it: its path, and the module that draws it. */
const pageRoute = /path: '([^']+)',\s+component: lazyRouteComponent\(\(\) => import\('\.\/([^']+)\.js'\)/g;

/**
 * Writes `pages.json`: for each page of the console, by its path as the API's routes have it (`/runs/*`), the scripts and styles that it
 * loads beside those of every page. With it the API can name all of them in the page itself; else a browser learns of them only after it
 * has read the main script.
 * @param router the file with the console's routes
 */
export const pageFiles = (router: string): Plugin => ({
  name: 'page-files',
  enforce: 'post',
  async generateBundle(_options, bundle) {
    const text = await readFile(router, 'utf8');
    const routes = [...text.matchAll(pageRoute)];
    const count = text.split('component: lazyRouteComponent(').length - 1;
    if (routes.length !== count)
      throw new Error(`expected routes like ${pageRoute.source} in ${router}, got ${routes.length} of ${count} pages`);
    const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
    const chunkOf = (module: string): Rolldown.OutputChunk => {
      const chunk = chunks.find(({ facadeModuleId }) => facadeModuleId === module);
      if (!chunk) throw new Error(`expected a file of its own for ${module}, found none; does ${router} import it?`);
      return chunk;
    };
    const main = chunks.find(({ isEntry }) => isEntry);
    const known = filesOf(main ? [main] : [], bundle);
    const pages = routes.map(([, path = '', module = '']) => {
      const files = filesOf([chunkOf(join(dirname(router), `${module}.tsx`))], bundle);
      return [path.replaceAll(/\$\w+/g, '*'), [...files].filter((file) => !known.has(file)).map((file) => `/${file}`)];
    });
    this.emitFile({
      type: 'asset',
      fileName: 'pages.json',
      source: JSON.stringify(Object.fromEntries(pages), null, 1),
    });
  },
});

/** The chunks, all that they import at once, and the styles of these: a part's before those of what uses it, as they come without this. */
function filesOf(chunks: readonly Rolldown.OutputChunk[], bundle: Rolldown.OutputBundle): ReadonlySet<string> {
  const files = new Set<string>();
  const add = (chunk: Rolldown.OutputChunk): void => {
    if (files.has(chunk.fileName)) return;
    files.add(chunk.fileName);
    for (const name of chunk.imports) {
      const imported = bundle[name];
      if (imported?.type === 'chunk') add(imported);
    }
    for (const style of chunk.viteMetadata?.importedCss ?? []) files.add(style);
  };
  for (const chunk of chunks) add(chunk);
  return files;
}
