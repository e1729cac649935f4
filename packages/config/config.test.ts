import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SetupError } from '#contracts/errors.js';
import { isLoopback, loadConfig } from './config.js';
import { renderEnvExample } from './env-example.js';
import { loadEnvFile } from './env-file.js';
import { listSettings } from './setting-list.js';

/** The message of the SetupError that these variables lead to. */
function faultsOf(env: NodeJS.ProcessEnv): string {
  try {
    loadConfig(env, '/srv/millrace');
  } catch (error) {
    assert.ok(error instanceof SetupError, String(error));
    return error.message;
  }
  assert.fail('expected a SetupError');
}

test('an empty environment gives the defaults, with absolute paths and at least one worker', () => {
  const { workers, ...config } = loadConfig({}, '/srv/millrace');
  assert.ok(workers >= 1 && workers <= 64);
  assert.deepEqual(config, {
    host: '127.0.0.1',
    port: 3000,
    inboxDir: '/srv/millrace/inbox',
    dataDir: '/srv/millrace/.millrace',
    footageDir: '/srv/millrace/footage',
    lakeDir: '/srv/millrace/.millrace/lake',
    tasksDir: [],
    logLevel: 'info',
    logFormat: 'auto',
    healthHost: '127.0.0.1',
    accessLog: 'on',
    maxConnections: 2000,
    maxListeners: 1000,
    clientIdleMs: 30_000,
    clientBytesPerSecond: 1000,
    requestLimitMs: 60_000,
    uploadLimitMs: 21_600_000,
    exportLimitMs: 7_200_000,
    settleMs: 1500,
    scanIntervalMs: 30_000,
    loadMemoryMb: 16,
    pageMemoryMb: 192,
    pictureCacheMb: 256,
    queueActions: 'off',
    star: 'on',
    jobLockMs: 30_000,
    stopTimeoutMs: 15_000,
    hangTimeoutMs: 30_000,
    reconcileIntervalMs: 5000,
  });
});

test('values are trimmed and converted, and an empty one counts as unset', () => {
  const config = loadConfig(
    { PORT: ' 8080 ', HOST: '', WORKERS: '3', REDIS_URL: '', FACE_MODEL: 'models/a.onnx', BATCH_FILES: '10' },
    '/srv',
  );
  assert.equal(config.port, 8080);
  assert.equal(config.host, '127.0.0.1');
  assert.equal(config.workers, 3);
  assert.equal('redisUrl' in config, false);
  assert.equal(config.faceModel, '/srv/models/a.onnx');
  const named = (value: string) => loadConfig({ FACE_MODEL: value }, '/srv').faceModel;
  assert.deepEqual(['blazeface-256', 'a.onnx', './own', '/srv/other'].map(named), [
    'blazeface-256',
    '/srv/a.onnx',
    '/srv/own',
    '/srv/other',
  ]);
  assert.equal(config.batchFiles, 10);
});

test('each faulty variable gets one line with its name, what was expected and what came', () => {
  const lines = faultsOf({ PORT: '70000', WORKERS: '1.5', LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://u:secret@h/d' });
  assert.deepEqual(lines.split('\n'), [
    'PORT: expected a whole number from 1 to 65535, got "70000"',
    'DATABASE_URL: expected an address like postgresql://user:password@host:5432/database, ' +
      'got an address starting with mysql:// (not shown in full)',
    'WORKERS: expected a whole number from 1 to 64, got "1.5"',
    'LOG_LEVEL: expected one of fatal, error, warn, info, debug, trace, got "loud"',
  ]);
});

test('numbers in other notations are refused, not guessed', () => {
  for (const text of ['0x10', '1e3', 'true', '3000 ms', 'NaN', '-1']) assert.match(faultsOf({ PORT: text }), /^PORT: /);
});

test('addresses that are no URL are refused', () => {
  assert.match(faultsOf({ DATABASE_URL: 'postgresql://host:notaport/db' }), /^DATABASE_URL: /);
  assert.match(faultsOf({ REDIS_URL: 'localhost:6379' }), /^REDIS_URL: expected an address like redis:/);
});

test('a secret is never part of a message', () => {
  const message = faultsOf({ API_TOKEN: 'too short', REDIS_URL: 'http://:hunter2@host' });
  assert.doesNotMatch(message, /too short|hunter2/);
  assert.match(message, /API_TOKEN: expected at least 16 characters.*got 9 characters \(not shown\)/);
});

test('an address that other machines reach needs a token', () => {
  assert.match(faultsOf({ HOST: '0.0.0.0' }), /^API_TOKEN: expected a token because HOST=0\.0\.0\.0/);
  assert.match(faultsOf({ HOST: '::' }), /^API_TOKEN: /);
  assert.equal(loadConfig({ HOST: '0.0.0.0', API_TOKEN: 'x'.repeat(16) }).host, '0.0.0.0');
  assert.equal(loadConfig({ HOST: '::1' }).host, '::1');
});

test('a name and a password come together, suffice for other machines, and the password is never shown', () => {
  const ADMIN_USER = 'ada@example.org';
  const ADMIN_PASSWORD = 'four words of mine';
  const config = loadConfig({ HOST: '0.0.0.0', TRUST_PROXY: '10.0.0.1', ADMIN_USER, ADMIN_PASSWORD });
  assert.deepEqual([config.adminUser, config.adminPassword], [ADMIN_USER, ADMIN_PASSWORD]);
  assert.match(
    faultsOf({ ADMIN_USER, HOST: '0.0.0.0' }),
    /^ADMIN_PASSWORD: expected a password for ADMIN_USER=ada@example\.org, got none; set ADMIN_PASSWORD .*$/,
  );
  const lonely = faultsOf({ ADMIN_PASSWORD, HOST: '0.0.0.0' });
  assert.match(
    lonely,
    /^ADMIN_USER: expected a name for ADMIN_PASSWORD, got none; set ADMIN_USER, or leave both unset$/,
  );
  assert.match(
    faultsOf({ ADMIN_USER, ADMIN_PASSWORD: 'eleven char' }),
    /^ADMIN_PASSWORD: expected at least 12 characters.*got 11 characters \(not shown\)$/,
  );
  for (const name of ['a b', 'a:b', '-a', 'x'.repeat(65)]) {
    assert.match(faultsOf({ ADMIN_USER: name, ADMIN_PASSWORD }), /^ADMIN_USER: expected up to 64 letters/, name);
  }
  assert.match(faultsOf({ HOST: '0.0.0.0' }), /set API_TOKEN \(.*\), or ADMIN_USER and ADMIN_PASSWORD, or HOST=/);
});

test('trusted proxies are named by address or range, and never without a token', () => {
  const API_TOKEN = 'x'.repeat(16);
  const faultOf = (text: string) => faultsOf({ API_TOKEN, TRUST_PROXY: text });
  for (const text of ['127.0.0.1', '127.0.0.1, 10.0.0.0/8', '::1,fd00::/8', '192.168.1.1/32', '::ffff:10.0.0.1']) {
    assert.equal(loadConfig({ API_TOKEN, TRUST_PROXY: text }).trustProxy, text);
  }
  for (const text of [
    'true',
    '1',
    'proxy',
    '10.0.0',
    '10.0.0.0/33',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.1,',
    '10.0.0.0/8/8',
  ]) {
    assert.match(faultOf(text), /^TRUST_PROXY: expected IP addresses or ranges.* got "/, text);
  }
  assert.match(faultsOf({ TRUST_PROXY: '127.0.0.1' }), /^API_TOKEN: expected a token because TRUST_PROXY/);
});

test('only loopback addresses count as loopback', () => {
  for (const host of ['127.0.0.1', '127.8.9.10', '::1', 'localhost', 'LOCALHOST']) assert.ok(isLoopback(host), host);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.evil.example', 'example']) assert.ok(!isLoopback(host), host);
});

test('a data folder inside the inbox is refused, an inbox inside the data folder is not', () => {
  assert.match(faultsOf({ INBOX_DIR: '.', DATA_DIR: './.millrace' }), /^DATA_DIR: expected a folder outside INBOX_DIR/);
  assert.match(faultsOf({ INBOX_DIR: '/data', DATA_DIR: '/data' }), /^DATA_DIR: /);
  assert.equal(loadConfig({ INBOX_DIR: '/data/inbox', DATA_DIR: '/data' }).inboxDir, '/data/inbox');
  assert.equal(loadConfig({ INBOX_DIR: '/data/in', DATA_DIR: '/data/in-state' }).dataDir, '/data/in-state');
});

test('folders of tasks are absolute and each there once, and never one with the inbox', () => {
  assert.deepEqual(loadConfig({ TASKS_DIR: ' ./tasks:/more/tasks:: tasks ' }, '/srv/mine').tasksDir, [
    '/srv/mine/tasks',
    '/more/tasks',
  ]);
  for (const tasksDir of ['/in/tasks', '/in', '/tasks:/', '/in/../in/tasks']) {
    assert.match(
      faultsOf({ TASKS_DIR: tasksDir, INBOX_DIR: '/in' }),
      /^TASKS_DIR: expected folders apart from INBOX_DIR \(\/in\), got \S+; who may drop files there could have code run/,
    );
  }
});

test('a settle time as long as the scan interval is refused', () => {
  assert.match(
    faultsOf({ SETTLE_MS: '5000', SCAN_INTERVAL_MS: '5000' }),
    /^SETTLE_MS: expected less than SCAN_INTERVAL_MS/,
  );
});

test('the real environment wins over .env, even with an empty value', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-env-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, '.env'), 'PORT=4000\nREDIS_URL="redis://a"\n# HOST=x\nWORKERS=2\n');
  const env = loadEnvFile({ REDIS_URL: '', WORKERS: '5' }, folder);
  assert.deepEqual(env, { PORT: '4000', REDIS_URL: '', WORKERS: '5' });
});

test('a missing .env is fine, an unreadable one is reported', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-env-'));
  t.after(() => rmSync(folder, { recursive: true }));
  assert.deepEqual(loadEnvFile({ A: '1' }, folder), { A: '1' });
  assert.throws(() => loadEnvFile({}, '/dev/null'), SetupError);
});

test('.env.example lists every setting as the schema describes it', () => {
  const file = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8');
  assert.equal(file, renderEnvExample(), 'write it anew with: npm run env:example');
  for (const { variable } of listSettings()) assert.match(file, new RegExp(`^#${variable}=`, 'm'));
});
