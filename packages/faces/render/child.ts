/** Entry of the process that renders images. */
import { serveRequests } from '../children/serve-requests.js';
import { RenderRequest } from './messages.js';
import { renderImage } from './render.js';

serveRequests(RenderRequest, renderImage);
