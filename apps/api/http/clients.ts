import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from '#process/log.js';
import { parserProblem, refuseConnection } from './raw-problem.js';
import { type ClientLimits, Exchange } from './slow-body.js';
import { isComing } from './unread-body.js';

/** Looks at the bodies under way this often within `clientIdleMs`. */
const ticksPerWindow = 4;

/** As the framework has it: longer than the 60 s for which proxies keep connections to us by default. */
const keepAliveMs = 72_000;

/** Guards the API's servers against clients that hold their connections for nothing. */
export class Clients {
  readonly #limits: ClientLimits;
  readonly #log: Logger;
  readonly #exchanges = new Map<IncomingMessage, Exchange>();
  /** Connections that were closed, or not accepted, since the last line about it. */
  #closed = 0;
  #dropped = 0;

  constructor(limits: ClientLimits, log: Logger) {
    this.#limits = limits;
    this.#log = log;
  }

  /** A server whose connections are guarded. */
  open(handler: RequestListener): Server {
    const { clientIdleMs, requestLimitMs, maxConnections } = this.#limits;
    const tickMs = clientIdleMs / ticksPerWindow;
    const server = createServer(
      {
        keepAliveTimeout: keepAliveMs,
        headersTimeout: Math.min(60_000, requestLimitMs),
        // Of the whole request: no bound fits uploads and everything else. Ours are below.
        requestTimeout: 0,
        connectionsCheckingInterval: tickMs,
        // Node's own answer has neither a body nor our headers; the guard gives ours.
        requireHostHeader: false,
      },
      handler,
    );
    server.maxConnections = maxConnections;
    server.on('drop', () => {
      this.#dropped += 1;
    });
    // Before the framework's own listener, which may send the answer at once.
    server.prependListener('request', (request, response) => {
      this.#exchanges.set(request, new Exchange(request, response, this.#limits));
      response.once('close', () => {
        this.#exchanges.delete(request);
        if (isComing(request)) request.socket.destroySoon();
      });
    });
    server.setTimeout(clientIdleMs, (socket) => this.#closeIdle(socket));
    server.once('listening', () => {
      const timer = setInterval(() => this.#tick(tickMs), tickMs);
      server.once('close', () => clearInterval(timer));
    });
    return server;
  }

  /** The body of this request may take as long as an upload may. */
  allowUpload(request: IncomingMessage): void {
    this.#exchanges.get(request)?.allowUpload();
  }

  /** Answers bytes that the HTTP parser does not take. */
  refuse(error: NodeJS.ErrnoException, socket: Socket): void {
    if (error.code === 'ECONNRESET' || this.#of(socket).some(({ response }) => response.headersSent)) {
      socket.destroy();
      return;
    }
    const { code, detail } = parserProblem(error);
    refuseConnection(socket, code, detail);
  }

  #of(socket: Socket): Exchange[] {
    return [...this.#exchanges.values()].filter(({ request }) => request.socket === socket);
  }

  /**
   * Nothing has moved on this connection for a while. What waits for an answer that we still make is left alone, and
   * bodies are judged by `#tick`; who does not read, or asks nothing, is not waited for.
   */
  #closeIdle(socket: Socket): void {
    if (socket.writableLength === 0 && this.#of(socket).length > 0) return;
    this.#closed += 1;
    socket.destroy();
  }

  #tick(tickMs: number): void {
    for (const exchange of this.#exchanges.values()) {
      const fault = exchange.problemAfter(tickMs);
      if (fault === undefined) continue;
      this.#closed += 1;
      const { request, response } = exchange;
      if (response.headersSent) request.socket.destroy();
      else refuseConnection(request.socket, 'request-too-slow', fault);
    }
    if (this.#closed + this.#dropped === 0) return;
    this.#log.info(
      { closed: this.#closed, dropped: this.#dropped },
      `closed ${this.#closed} connections of slow or silent clients; ${this.#dropped} were beyond MAX_CONNECTIONS`,
    );
    this.#closed = 0;
    this.#dropped = 0;
  }
}
