import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { problemType } from './problem.js';
import { securityHeaders } from './security-headers.js';

/**
 * Answers on a connection whose request never became one that the framework knows, and closes it. Nothing else may have
 * been sent as an answer to that request.
 */
export function refuseConnection(socket: Socket, status: number, detail: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const title = STATUS_CODES[status] ?? 'Error';
  const body = JSON.stringify({ type: 'about:blank', title, status, detail });
  const headers = {
    'content-type': problemType,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
    ...securityHeaders,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} ${title}\r\n${lines.join('')}\r\n${body}`);
  socket.destroySoon();
}

/** What to answer to bytes that are no request; the codes are those of Node's HTTP parser. */
export function parserProblem(error: NodeJS.ErrnoException): { status: number; detail: string } {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, detail: 'the head of the request took too long to arrive' };
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, detail: 'the address and the headers are too large; expected at most 16 kB in all' };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { status: 413, detail: 'the extensions of a chunk are too large' };
    default:
      return { status: 400, detail: 'expected a request in HTTP/1.1, got bytes that are none' };
  }
}
