/**
 * Loaded into every worker by NODE_OPTIONS: counts its round trips by the port that it asks, from the signal USR2 on, and
 * when it ends writes them to the folder TRIP_PROBE as `<pid>.json`. A trip begins with what is written to a connection
 * after something was read from it: several statements that are sent without waiting for an answer are one.
 */
import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';

const folder = process.env['TRIP_PROBE'];
if (folder !== undefined) {
  const trips = new Map<number, number>();
  const asking = new WeakSet<Socket>();
  const { write, push } = Socket.prototype;
  Socket.prototype.write = function (this: Socket, ...args: unknown[]): boolean {
    const { remotePort } = this;
    if (remotePort !== undefined && !asking.has(this)) {
      asking.add(this);
      trips.set(remotePort, (trips.get(remotePort) ?? 0) + 1);
    }
    return Reflect.apply(write, this, args);
  };
  Socket.prototype.push = function (this: Socket, ...args: unknown[]): boolean {
    asking.delete(this);
    return Reflect.apply(push, this, args);
  };
  process.on('SIGUSR2', () => trips.clear());
  process.on('exit', () => {
    writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(Object.fromEntries(trips)));
  });
}
