/** Entry of the process that reads frames. */
import { serveRequests } from '#faces/children/serve-requests.js';
import { OpenFootages } from './containers/open.js';
import { footageError } from './errors.js';
import { FootageRequest } from './messages.js';
import { showFrame } from './show-frame.js';

const footages = new OpenFootages();

serveRequests(FootageRequest, async (request) => {
  const { root, filename } = request;
  const container = await footages.open(root, filename);
  const { kind, frames } = container;
  if (request.ask === 'inspect') return { kind, frames };
  const { index } = request;
  if (index >= frames) {
    const range = frames === 0 ? 'no frames' : `${frames} frames, 0 to ${frames - 1}`;
    throw footageError('frame-missing', `${filename} has ${range}; got ${index}`);
  }
  return await showFrame(await container.read(index), request, `frame ${index} of ${filename}`);
});
