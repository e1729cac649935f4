/** A decimal number: `unscaled` divided by ten `scale` times. */
export interface Decimal {
  readonly unscaled: bigint;
  /** Digits behind the point, not below 0. */
  readonly scale: number;
}

/** Most digits of a `numeric(p, s)` in PostgreSQL, and of any decimal here. */
export const maxDecimalDigits = 1000;

const written = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,4}))?$/i;

/** The decimal that a text writes, with an exponent or without; `undefined` when it is none of at most 1000 digits. */
export function parseDecimal(text: string): Decimal | undefined {
  if (text.length > 2 * maxDecimalDigits) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = written.exec(text) ?? [];
  if (whole === '') return undefined;
  const scale = fraction.length - Number(exponent);
  const zeros = scale < 0 ? -scale : 0;
  if (scale > maxDecimalDigits || whole.length + fraction.length + zeros > maxDecimalDigits) return undefined;
  const unscaled = BigInt(whole + fraction) * 10n ** BigInt(zeros);
  return { unscaled: sign === '-' ? -unscaled : unscaled, scale: Math.max(scale, 0) };
}

/**
 * A decimal as a column of `numeric(precision, scale)` holds it, or what is wrong with it. It is never rounded. Without a
 * precision it is as it came, with at most 1000 digits.
 */
export function fitDecimal(value: Decimal, precision?: number, scale = 0): Decimal | string {
  if (precision === undefined) {
    return digitsOf(value.unscaled) > maxDecimalDigits ? `has more than ${maxDecimalDigits} digits` : value;
  }
  const surplus = value.scale - scale;
  const factor = 10n ** BigInt(Math.abs(surplus));
  if (surplus > 0 && value.unscaled % factor !== 0n) return `has more than ${scale} digits behind the point`;
  const unscaled = surplus > 0 ? value.unscaled / factor : value.unscaled * factor;
  if (digitsOf(unscaled) > precision) return `has more than ${precision - scale} digits before the point`;
  return { unscaled, scale };
}

const digitsOf = (value: bigint): number => (value < 0n ? -value : value).toString().length;

/** As it is written: −1.50. */
export function decimalText({ unscaled, scale }: Decimal): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`;
}
