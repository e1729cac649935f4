/** Entry of the process that renders pictures. */
import { serveRequests } from '../children/serve-requests.js';
import { RenderRequest } from './messages.js';
import { renderPicture } from './render.js';

serveRequests(RenderRequest, renderPicture);
