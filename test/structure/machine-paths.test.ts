import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { listProjectFiles, projectDir, readProjectFile } from './project.js';

// Put together, so that this file does not find itself.
const hosts = [
  ['registry', 'npmjs'],
  ['registry', 'npmmirror'],
  ['registry', 'yarnpkg'],
  ['deb', 'debian'],
  ['security', 'debian'],
  ['ghcr', 'io'],
  ['docker', 'io'],
  ['quay', 'io'],
].map((parts) => parts.join('\\.'));
const named = new RegExp(`\\b(${hosts.join('|')})\\b`, 'i');
const homes = ['home', 'root', 'work', 'Users'].join('|');
/** An absolute path below a folder that is only on somebody's machine. */
const machinePath = new RegExp(`(?<![\\w.~-])/(${homes})/[\\w.]`);

/** What is wrong with a text, line by line. */
function findMachinePaths(text: string): string[] {
  return text.split('\n').flatMap((line, index) => {
    const found = named.exec(line) ?? machinePath.exec(line);
    return found ? [`${index + 1}: ${found[0]}`] : [];
  });
}

const isText = (path: string): boolean => !/\.(png|jpe?g|gif|webp|avif|tiff?|ico|onnx|parquet)$/i.test(path);

test('no file names the host of a registry or a path of one machine', () => {
  const faults = listProjectFiles()
    .filter((path) => isText(path) && existsSync(join(projectDir, path)))
    .flatMap((path) => findMachinePaths(readProjectFile(path)).map((fault) => `${path}:${fault}`));
  assert.deepEqual(faults, [], 'these tie the project to one machine or network; say what is meant in words instead');
});

test('a registry host and a machine path are found, a relative path and a system folder are not', () => {
  assert.equal(findMachinePaths(`fetch https://${['registry', 'npmjs', 'org'].join('.')}/x`).length, 1);
  assert.equal(findMachinePaths(`see ${['', 'home', 'ada', 'x'].join('/')}`).length, 1);
  assert.deepEqual(findMachinePaths("import '../home/page.js'; // /var/lib/millrace, /usr/bin/env"), []);
});
