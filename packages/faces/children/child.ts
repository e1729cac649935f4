/** Entry of a process that decodes images and finds faces in them. */
import { createFinder } from '../inference/open-finder.js';
import { FaceWork } from './detect.js';
import { Request } from './messages.js';
import { serveRequests } from './serve-requests.js';

let work: FaceWork | undefined;

serveRequests(Request, async (request) => {
  if (request.type === 'open') {
    const { model, maxPixels } = request;
    work = new FaceWork({ finder: await createFinder(model.definition, model.path), model, maxPixels });
    return undefined;
  }
  if (work === undefined) throw new Error('an image came before the model');
  return await work.detect(request.path, request.identity);
});
