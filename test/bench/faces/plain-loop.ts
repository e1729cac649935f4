/**
 * What anyone would write first: one loop, one thread, sharp and onnxruntime as they come, one image after the other.
 * Runs as a process of its own (`node plain-loop.js <model> <folder>`) and prints its figures as JSON. Times do not
 * include loading the libraries and the model. It stores nothing.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import type { LoopFigures } from './loops.js';

const side = 640;
const minScore = 0.7;
const strides = [8, 16, 32];

interface Found {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly score: number;
}

function overlap(a: Found, b: Found): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / (a.width * a.height + b.width * b.height - width * height);
}

function floats(outputs: InferenceSession.OnnxValueMapType, name: string): Float32Array {
  const data = outputs[name]?.data;
  if (!(data instanceof Float32Array)) throw new Error(`the model has no output ${name}`);
  return data;
}

function facesOf(outputs: InferenceSession.OnnxValueMapType): Found[] {
  const found: Found[] = [];
  for (const stride of strides) {
    const [classes, objects, boxes] = ['cls', 'obj', 'bbox'].map((kind) => floats(outputs, `${kind}_${stride}`));
    if (!classes || !objects || !boxes) continue;
    for (let cell = 0; cell < classes.length; cell += 1) {
      const score = Math.sqrt((classes[cell] ?? 0) * (objects[cell] ?? 0));
      if (score < minScore) continue;
      const [dx = 0, dy = 0, w = 0, h = 0] = boxes.subarray(4 * cell, 4 * cell + 4);
      const columns = side / stride;
      const width = Math.exp(w) * stride;
      const height = Math.exp(h) * stride;
      const x = ((cell % columns) + dx) * stride - width / 2;
      const y = (Math.floor(cell / columns) + dy) * stride - height / 2;
      found.push({ x, y, width, height, score });
    }
  }
  const kept: Found[] = [];
  for (const face of found.sort((a, b) => b.score - a.score)) {
    if (!kept.some((other) => overlap(face, other) > 0.3)) kept.push(face);
  }
  return kept;
}

async function main(modelPath: string, folder: string): Promise<LoopFigures> {
  sharp.concurrency(1);
  const session = await InferenceSession.create(modelPath, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const names = (await readdir(folder)).sort();
  const millis = { read: 0, hash: 0, decode: 0, tensor: 0, infer: 0, boxes: 0 };
  let faces = 0;
  const cpu = process.cpuUsage();
  const begin = performance.now();
  let last = begin;
  const lap = (stage: keyof typeof millis): void => {
    const now = performance.now();
    millis[stage] += now - last;
    last = now;
  };
  for (const name of names) {
    last = performance.now();
    const bytes = await readFile(join(folder, name));
    lap('read');
    createHash('md5').update(bytes).digest('hex');
    lap('hash');
    const pixels = await sharp(bytes)
      .rotate()
      .resize(side, side, { fit: 'contain', position: 'left top', background: '#000' })
      .removeAlpha()
      .raw()
      .toBuffer();
    lap('decode');
    const plane = side * side;
    const input = new Float32Array(3 * plane);
    for (let i = 0; i < plane; i += 1) {
      input[i] = pixels[3 * i + 2] ?? 0;
      input[plane + i] = pixels[3 * i + 1] ?? 0;
      input[2 * plane + i] = pixels[3 * i] ?? 0;
    }
    const tensor = new Tensor('float32', input, [1, 3, side, side]);
    lap('tensor');
    const outputs = await session.run({ input: tensor });
    lap('infer');
    faces += facesOf(outputs).length;
    lap('boxes');
  }
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { images: names.length, faces, seconds, cpuSeconds: (user + system) / 1e6, millis };
}

const [modelPath = '', folder = ''] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await main(modelPath, folder)));
