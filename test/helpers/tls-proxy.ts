import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from './free-port.js';
import { waitFor } from './wait.js';

/** The name that the examples in `deploy/` have, and so the certificate. */
export const siteName = 'millrace.example';

/** A real proxy with TLS on 127.0.0.1, set up by its example in `deploy/`. */
export interface TlsProxy {
  readonly httpPort: number;
  readonly httpsPort: number;
  /** The certificate, which a client has to trust. */
  readonly certificate: string;
  stop(): Promise<void>;
}

/** What the examples are filled in with. */
interface ProxySetup {
  readonly folder: string;
  readonly apiPort: number;
  readonly httpPort: number;
  readonly httpsPort: number;
}

/** The kinds of proxies that there are examples for. */
export const proxyKinds = ['nginx', 'caddy'] as const;
type ProxyKind = (typeof proxyKinds)[number];

const commands: Readonly<
  Record<ProxyKind, { variable: string; path: string; prepare(setup: ProxySetup): Promise<string[]> }>
> = {
  nginx: { variable: 'NGINX', path: '/usr/sbin/nginx', prepare: prepareNginx },
  caddy: { variable: 'CADDY', path: '/usr/bin/caddy', prepare: prepareCaddy },
};

const executableOf = (kind: ProxyKind): string => process.env[commands[kind].variable] ?? commands[kind].path;

/** What a test says when it is skipped because the machine lacks the proxy. */
export const proxyMissing = (kind: ProxyKind): string =>
  `no ${kind} at ${executableOf(kind)}: skipped (CI=true makes this an error; ${commands[kind].variable} names another)`;

/**
 * Starts a proxy in front of an API of this machine.
 * @returns undefined when the machine has none
 * @throws Error when the machine has none and CI=true
 */
export async function startTlsProxy(kind: ProxyKind, apiPort: number): Promise<TlsProxy | undefined> {
  const executable = executableOf(kind);
  if (!existsSync(executable)) {
    if (process.env['CI'] === 'true') throw new Error(proxyMissing(kind));
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), `millrace-${kind}-`));
  const setup = { folder, apiPort, httpPort: await findFreePort(), httpsPort: await findFreePort() };
  makeCertificate(folder);
  const child = spawn(executable, await commands[kind].prepare(setup), {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  });
  let said = '';
  child.stderr.on('data', (data) => {
    said += String(data);
  });
  // A test process that dies takes its proxy with it.
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    process.off('exit', endWithUs);
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGTERM')) await exited;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await waitFor(`${kind} listens`, async () => {
      if (child.exitCode !== null) throw new Error(`${kind} ended with ${child.exitCode}: ${said}`);
      return (await answers(setup.httpsPort)) ? true : undefined;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  const certificate = await readFile(join(folder, 'cert.pem'), 'utf8');
  return { httpPort: setup.httpPort, httpsPort: setup.httpsPort, certificate, stop };
}

function makeCertificate(folder: string): void {
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  const subject = ['-subj', `/CN=${siteName}`, '-addext', `subjectAltName=DNS:${siteName}`, '-days', '2'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...key, ...subject, ...files], { stdio: 'ignore' });
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Reads an example and fills it in. @throws Error when it has lost a text that has to be filled in */
async function fillIn(name: string, replacements: readonly [text: string, by: string][]): Promise<string> {
  let content = await readFile(new URL(`../../../deploy/${name}`, import.meta.url), 'utf8');
  for (const [text, by] of replacements) {
    if (!content.includes(text)) throw new Error(`deploy/${name} has no ${JSON.stringify(text)} to be filled in`);
    content = content.replace(text, by);
  }
  return content;
}

async function prepareNginx({ folder, apiPort, httpPort, httpsPort }: ProxySetup): Promise<string[]> {
  const site = await fillIn('nginx.conf', [
    ['\n  listen 80;', `\n  listen 127.0.0.1:${httpPort};`],
    ['\n  listen 443 ssl', `\n  listen 127.0.0.1:${httpsPort} ssl`],
    ['/etc/ssl/millrace.example/fullchain.pem', join(folder, 'cert.pem')],
    ['/etc/ssl/millrace.example/privkey.pem', join(folder, 'key.pem')],
    ['http://127.0.0.1:3000;', `http://127.0.0.1:${apiPort};`],
  ]);
  await writeFile(join(folder, 'site.conf'), site);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  for (const each of temporary) await mkdir(join(folder, each));
  const main = `
    daemon off;
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    pid ${folder}/pid;
    events { worker_connections 256; }
    http {
      access_log off;
      ${temporary.map((each) => `${each}_temp_path ${folder}/${each};`).join('\n')}
      include ${folder}/site.conf;
    }`;
  await writeFile(join(folder, 'nginx.conf'), main);
  return ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'];
}

async function prepareCaddy({ folder, apiPort, httpPort, httpsPort }: ProxySetup): Promise<string[]> {
  const files = `tls ${join(folder, 'cert.pem')} ${join(folder, 'key.pem')}`;
  const site = await fillIn('Caddyfile', [
    [`\n${siteName} {`, `\n${siteName} {\n\tbind 127.0.0.1\n\t${files}`],
    ['reverse_proxy 127.0.0.1:3000', `reverse_proxy 127.0.0.1:${apiPort}`],
  ]);
  const config = join(folder, 'Caddyfile');
  await writeFile(config, `{\n\tadmin off\n\thttp_port ${httpPort}\n\thttps_port ${httpsPort}\n}\n${site}`);
  return ['run', '--config', config, '--adapter', 'caddyfile'];
}
