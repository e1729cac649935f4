import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isConnectionError, isDataError, sqlState } from './error-kinds.js';

const withCode = (code: string): Error => Object.assign(new Error('it failed'), { code });

test('a code of the system is no SQLSTATE, however long it is', () => {
  assert.equal(sqlState(withCode('EPIPE')), undefined);
  assert.equal(sqlState(withCode('23505')), '23505');
  assert.equal(sqlState(withCode('P0001')), 'P0001');
  assert.equal(sqlState(new Error('no code')), undefined);
});

test('a connection that breaks while it is written to is a connection fault, and not the fault of a row', () => {
  for (const code of ['EPIPE', 'ECONNRESET', '57P01', '08006']) {
    assert.equal(isConnectionError(withCode(code)), true, code);
    assert.equal(isDataError(withCode(code)), false, code);
  }
  assert.equal(isConnectionError(withCode('22001')), false);
  assert.equal(isDataError(withCode('22001')), true);
});
