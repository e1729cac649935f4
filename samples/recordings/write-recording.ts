import type { WriteSample } from '../bad-files.js';
import type { SampleFile } from '../manifest.js';
import { recordingFiles } from './files.js';
import { writeFootages } from './footage.js';
import { sampleRecording } from './model.js';

/** Writes one recording: its frames first, so that they are there when its rows are. @returns its files */
export async function writeRecording(
  write: WriteSample,
  footageDir: string,
  index: number,
  seed: number,
): Promise<SampleFile[]> {
  const recording = sampleRecording(index, seed);
  await writeFootages(footageDir, recording);
  const files = recordingFiles(recording);
  for (const { file, content } of files) await write(file.path, content);
  return files.map(({ file }) => file);
}
