import type { TaskContext } from 'millrace';

/**
 * Waits until the test opens the gate, by one statement for all bodies of the process: so all go on in the same turn of
 * its event loop.
 */
export async function passGate({ services }: TaskContext): Promise<void> {
  await services.shared('gate', async () => {
    await services.pool.query('SELECT FROM group_test.bodies');
    return { close: () => Promise.resolve() };
  });
}
