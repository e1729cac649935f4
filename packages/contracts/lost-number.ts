/**
 * Whether a decimal number is not kept as it is written: it is too large or too small for a double, or its whole part is beyond 2^53 and
 * written out, as ids are, with digits that a double does not have. Digits behind the point, and those of a number with an exponent, say
 * how exact a measure is; programs write more of them than a double keeps, without a loss.
 */
export function isLost(text: string): boolean {
  const value = Number(text);
  const [mantissa = '', exponent] = text.split(/e/i);
  if (!Number.isFinite(value)) return true;
  if (value === 0) return /[1-9]/.test(mantissa);
  if (exponent !== undefined || Math.abs(value) <= Number.MAX_SAFE_INTEGER) return false;
  return digitsOf(mantissa) !== digitsOf(String(value));
}

/** The digits of a number from the first to the last that is not 0. */
function digitsOf(number: string): string {
  const digits = number.replace(/e.*/i, '').replace(/\D/g, '');
  const start = digits.search(/[1-9]/);
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return digits.slice(start, end);
}
