/** The fastest, the middle, 95 % and the slowest, in milliseconds. */
export function shares(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(0);
  return `${at(0)} | ${at(0.5)} | ${at(0.95)} | ${at(1)}`;
}
