/**
 * Our own decoding and inference, one image after the other in one process, so that the times of its stages are those
 * of the work and not of waiting. Runs as a process of its own (`node our-loop.js <model.json as text> <folder>`);
 * prints its figures as JSON.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { Value } from 'typebox/value';
import { FaceWork } from '#faces/children/detect.js';
import { createFinder } from '#faces/inference/open-finder.js';
import { LoadableModel } from '#faces/model/definition.js';
import { stages } from '#faces/stages.js';
import type { LoopFigures } from './loops.js';

async function main(model: LoadableModel, folder: string): Promise<LoopFigures> {
  sharp.concurrency(1);
  sharp.cache(false);
  const finder = await createFinder(model.definition, model.path);
  const work = new FaceWork({ finder, model, maxPixels: 1e9 });
  const names = (await readdir(folder)).sort();
  const millis = { read: 0, hash: 0, decode: 0, tensor: 0, infer: 0, boxes: 0 };
  let faces = 0;
  const cpu = process.cpuUsage();
  const begin = performance.now();
  for (const file of names) {
    const found = await work.detect(join(folder, file));
    faces += found.faces.length;
    for (const stage of stages) millis[stage] += found.stages[stage];
  }
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { images: names.length, faces, seconds, cpuSeconds: (user + system) / 1e6, millis };
}

const [model = '', folder = ''] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await main(Value.Parse(LoadableModel, JSON.parse(model)), folder)));
