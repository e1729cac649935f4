import type { ImageType } from '#faces/render/messages.js';

/**
 * The kind of image for an `Accept` header (RFC 9110, 12.5.1): WebP where it is named and not wanted less than JPEG;
 * JPEG, which everything can show, in all other cases, also where the header asks for neither.
 */
export function imageTypeFor(accept: string | undefined): ImageType {
  const weights = new Map((accept ?? '').toLowerCase().split(',').map(weigh));
  const webp = weights.get('image/webp') ?? 0;
  return webp > 0 && webp >= (weights.get('image/jpeg') ?? 0) ? 'image/webp' : 'image/jpeg';
}

function weigh(range: string): [type: string, weight: number] {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
  return [type, Number(weight) || 0];
}
