import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { problemHead, problemType } from './problem.js';
import type { ProblemCode } from './problems/problem-types.js';
import { securityHeaders } from './security-headers.js';

/**
 * Answers on a connection whose request never became one that the framework knows, and closes it. Nothing else may have
 * been sent as an answer to that request.
 */
export function refuseConnection(socket: Socket, code: ProblemCode, detail: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const problem = problemHead(code, detail);
  const body = JSON.stringify(problem);
  const headers = {
    'content-type': problemType,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
    ...securityHeaders,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${lines.join('')}\r\n${body}`);
  socket.destroySoon();
}

/** What to answer to bytes that are no request; the codes are those of Node's HTTP parser. */
export function parserProblem(error: NodeJS.ErrnoException): { code: ProblemCode; detail: string } {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { code: 'request-too-slow', detail: 'the head of the request took too long to arrive' };
    case 'HPE_HEADER_OVERFLOW':
      return {
        code: 'headers-too-large',
        detail: 'the address and the headers are too large; expected at most 16 kB in all',
      };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { code: 'content-too-large', detail: 'the extensions of a chunk are too large' };
    default:
      return { code: 'malformed-request', detail: 'expected a request in HTTP/1.1, got bytes that are none' };
  }
}
