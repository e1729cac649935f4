import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { test } from 'node:test';
import { parseSync } from 'vite';
import { slotStates } from '#contracts/schedule.js';
import { attemptStates, fileStates, finalRunStates, retryableStates, runStates } from '#contracts/states.js';
import { listProjectFiles, projectDir, readProjectFile } from './project.js';

const chapters = new Map(
  readProjectFile('docs/states.md')
    .split(/^## /m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')), text]),
);

/** The names in the first column of a chapter's table. */
const listed = (chapter: string): string[] =>
  [...(chapters.get(chapter) ?? '').matchAll(/^\| `([a-z]+)` \|/gm)].map(([, name]) => String(name));

/** The steps of a chapter's diagram, from and to; the start is `[*]`. */
const drawn = (chapter: string): [string, string][] =>
  [...(chapters.get(chapter) ?? '').matchAll(/^ {2}(\S+) --> (\w+)/gm)].map(([, from, to]) => [
    String(from),
    String(to),
  ]);

for (const [chapter, states] of [
  ['Files', fileStates],
  ['Runs', runStates],
  ['Attempts', attemptStates],
  ['Slots', slotStates],
] as const) {
  test(`the table of ${chapter.toLowerCase()} lists exactly the states of the code`, () => {
    assert.deepEqual(listed(chapter).sort(), [...states].sort());
  });
}

for (const [chapter, states] of [
  ['Files', fileStates],
  ['Runs', runStates],
  ['Slots', slotStates],
] as const) {
  test(`the diagram of ${chapter.toLowerCase()} draws exactly the states of the code, each with a way to it`, () => {
    assert.deepEqual([...new Set(drawn(chapter).map(([, to]) => to))].sort(), [...states].sort());
    const unknown = drawn(chapter).filter(([from]) => from !== '[*]' && !states.some((state) => state === from));
    assert.deepEqual(unknown, []);
  });
}

test('the diagram draws no way out of the end states of a run but that of a retry', () => {
  const left = drawn('Runs').filter(([from]) => finalRunStates.some((state) => state === from));
  assert.deepEqual(
    left.map((way) => way.join(' ')).sort(),
    retryableStates.flatMap((state) => [`${state} queued`, `${state} waiting`]).sort(),
  );
});

test('the examples in the pages are those that are compiled and tested', () => {
  const pages = readProjectFile('README.md') + readProjectFile('docs/schedules.md');
  const names = [
    'report-weather/definition',
    'report-weather/body',
    'load-weather/definition',
    'summarise-weather/definition',
    'summarise-weather/body',
    'load-hive-weights/definition',
    'load-hive-weights/body',
    'weather-test',
  ];
  for (const name of names) {
    const path = `test/structure/examples/${name}.ts`;
    const block = new RegExp(`<!-- ${path} -->\n\`\`\`ts\n([^]*?)\`\`\``).exec(pages)?.[1];
    assert.equal(block, readProjectFile(path), `copy ${path} into its page`);
  }
});

const design = readProjectFile('docs/design.md');

/** The project's own texts, but for this file and what is generated. */
const texts = listProjectFiles().filter(
  (path) =>
    /\.(?:ts|mjs|md|prisma|sql|yaml|json|sh)$|Dockerfile$/.test(path) &&
    !/^(?:packages\/database\/generated\/|package-lock\.json$|test\/structure\/docs\.test\.ts$)/.test(path),
);

test('every promise that code or a page refers to is defined on the design page', () => {
  const defined = new Set([...design.matchAll(/^### Promise (\d+)$/gm)].map(([, number]) => number));
  assert.deepEqual([...defined], ['1', '2', '3', '4', '5', '6', '7', '8']);
  const unknown = texts.flatMap((path) =>
    [...readProjectFile(path).matchAll(/\bpromises? (\d+(?:(?:, | and | to )\d+)*)/gi)].flatMap(([words, list]) =>
      (list?.match(/\d+/g) ?? []).filter((number) => !defined.has(number)).map(() => `${path}: ${words}`),
    ),
  );
  assert.deepEqual(unknown, []);
});

test('every promise names tests that exist', () => {
  for (const promise of design.split(/^(?=### Promise )/m).slice(1)) {
    const tests = [...promise.matchAll(/^Test: \[([^\]]+)\]\([^)]+\), "([^"]+)"$/gm)];
    assert.ok(tests.length > 0, `${promise.slice(0, 20)} names no test`);
    for (const [, path, name] of tests) {
      assert.ok(readProjectFile(String(path)).includes(String(name)), `${path}: no test "${name}"`);
    }
  }
});

/** The design page's words that are not used (`mostX`: what begins with most), and the identifiers that keep each. */
const unusedWords = (/^### Words that are not used\n([\s\S]*?)^## /m.exec(design)?.[1] ?? '')
  .split('\n')
  .flatMap((line) => {
    const [, word, kept] = /^\| ([a-zA-Z]+) \|[^|]+\|([^|]*)\|$/.exec(line) ?? [];
    return word === undefined ? [] : [{ word, kept: [...String(kept).matchAll(/`(\w+)`/g)].map(([, name]) => name) }];
  });

/** The identifiers of a TypeScript text; those in comments, texts and imports are none. */
const identifiersOf = (text: string): Set<string> =>
  new Set(
    text
      .replace(/\/\*[\s\S]*?\*\/|(?<![:\\])\/\/.*/g, '')
      .replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g, '')
      .replace(/(?<=[(,=:]\s*)\/(?:\\.|[^/\n\\])+\//g, '')
      .match(/[A-Za-z_]\w*/g),
  );

/** The same of a text with markup, whose words need a parser to tell from names. */
function identifiersOfMarkup(text: string): Set<string> {
  const found = new Set<string>();
  JSON.stringify(parseSync('page.tsx', text).program, (key, value: unknown) => {
    if (key === 'name' && typeof value === 'string') found.add(value);
    return value;
  });
  return found;
}

/** `placeOf`, `PLACE_OF`, `place-of` and `places` have the word place; only what begins with `most` has `mostX`. */
function hasWord(name: string, word: string): boolean {
  if (word.endsWith('X')) return new RegExp(`^${word.slice(0, -1)}[A-Z]`).test(name);
  const words = name.split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/).map((each) => each.toLowerCase().replace(/s$/, ''));
  return words.includes(word);
}

test('no identifier and no file name has a word that the design page replaces', () => {
  assert.ok(unusedWords.length > 8, 'the table of words that are not used');
  const found = listProjectFiles()
    .filter(
      (path) => /^(?:apps|packages|scripts|samples|test)\/.*\.tsx?$/.test(path) && existsSync(join(projectDir, path)),
    )
    .filter((path) => !path.startsWith('packages/database/generated/'))
    .flatMap((path) =>
      [...(path.endsWith('x') ? identifiersOfMarkup : identifiersOf)(readProjectFile(path)), path].flatMap((name) =>
        unusedWords
          .filter(({ word, kept }) => hasWord(name, word) && !kept.includes(name))
          .map(({ word }) => `${path}: ${name} (${word})`),
      ),
    );
  assert.deepEqual(found, []);
});

test('a numbered section is one of a standard that is named beside it', () => {
  const unnamed = texts.flatMap((path) =>
    readProjectFile(path)
      .split('\n')
      .filter((line) => line.includes('§') && !/\b(?:RFC|ECMA|ISO|XML|TIFF|PNG|GIF|Unicode)\b/.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  );
  assert.deepEqual(unnamed, []);
});

test('each file of the ways through the code is imported by one above it, or is where a process begins', () => {
  const chapter = /^## Which files one opens\n([\s\S]*?)^## /m.exec(readProjectFile('docs/architecture.md'))?.[1] ?? '';
  const ways = chapter.split(/^\| file \|.*$/m).slice(1);
  assert.equal(ways.length, 2);
  for (const way of ways) {
    const files = [...way.matchAll(/^\| `([^`]+\.ts)` \|/gm)].map(([, path]) => String(path));
    assert.ok(files.length > 10, way);
    const reachable = new Set<string>();
    for (const path of files) {
      assert.ok(/^apps\/\w+\/app\.ts$/.test(path) || reachable.has(path), `${path} is imported by none above it`);
      for (const [, specifier = ''] of readProjectFile(path).matchAll(/\b(?:from|import)\s*\(?\s*'([#.][^']+)\.js'/g)) {
        reachable.add(
          specifier.startsWith('#')
            ? `packages/${specifier.slice(1)}.ts`
            : posix.join(dirname(path), `${specifier}.ts`),
        );
      }
    }
  }
});

test('links between the pages lead somewhere', () => {
  const broken = listProjectFiles()
    .filter((path) => path.endsWith('.md'))
    .flatMap((page) =>
      [...readProjectFile(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
        .filter(([, target]) => !existsSync(join(projectDir, dirname(page), String(target))))
        .map(([, target]) => `${page}: ${String(target)}`),
    );
  assert.deepEqual(broken, []);
});
