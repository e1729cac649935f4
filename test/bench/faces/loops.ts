import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { LoadableModel } from '#faces/model/definition.js';
import type { Stage } from '#faces/stages.js';

/** What a loop over the images of a folder took. */
export interface LoopFigures {
  readonly images: number;
  readonly faces: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Sums over all images. */
  readonly millis: Readonly<Record<Stage, number>>;
}

async function run(script: string, ...args: string[]): Promise<LoopFigures> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [path, ...args], { maxBuffer: 1 << 20 });
  const figures: LoopFigures = JSON.parse(stdout);
  return figures;
}

/** The plain loop of sharp and onnxruntime (plain-loop.ts). */
export const runPlainLoop = (model: LoadableModel, folder: string): Promise<LoopFigures> =>
  run('./plain-loop.js', model.path, folder);

/** Our decoding and inference, without the product around them (our-loop.ts). */
export const runOurLoop = (model: LoadableModel, folder: string): Promise<LoopFigures> =>
  run('./our-loop.js', JSON.stringify(model), folder);
