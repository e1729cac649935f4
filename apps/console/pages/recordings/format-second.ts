/** Seconds since a recording began: 1:05, 1:02:07. */
export function formatSecond(second: number): string {
  const whole = Math.floor(second);
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${two(whole % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}
