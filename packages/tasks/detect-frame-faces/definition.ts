import { Type } from 'typebox';
import { defineTask } from '#contracts/task.js';

const Index = (description: string) => Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000_000, description }));
const Count = (description: string) => Type.Integer({ minimum: 0, description });

export const definition = defineTask({
  name: 'detect-frame-faces',
  description:
    'Counts the faces in frames of a footage, and stores the numbers in recordings.frame_faces: one row per frame and run.',
  queue: 'comparisons',
  input: Type.Object(
    {
      footage: Type.String({ minLength: 1, maxLength: 200, description: 'A footage’s id' }),
      from: Index('The first frame; 0 if not given'),
      to: Index('The last frame; that of the footage if not given'),
      every: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 100_000,
          default: 1,
          description: 'Only each nth frame, from the first on',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    footage: Type.String(),
    model: Type.String({ description: 'By the name that is stored with results' }),
    frames: Count('Frames in which faces were counted'),
    faces: Count('Faces in all of them'),
    mostFaces: Count('Faces in the frame with the most'),
    unreadable: Count('Frames that are not there or cannot be read; they have no row'),
  }),
  retry: { attempts: 3, backoffMs: 5_000, maxBackoffMs: 60_000 },
  timeoutMs: 60 * 60_000,
  concurrency: 1,
  priority: 0,
});
