/** Settings for servers that only tests use: small, and without the waits that make data survive a power cut. */
export const testSettings = {
  shared_buffers: '64MB',
  fsync: 'off',
  max_wal_size: '1GB',
  min_wal_size: '80MB',
  // Tests run side by side on one server, and sessions of workers that they kill outlive these for a moment.
  max_connections: '400',
};
