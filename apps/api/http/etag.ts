/** RFC 9110, 13.1.1: whether `If-Match` has one of the listed tags, or `*`; true without the header. */
export const isMatched = (header: string | undefined, etag: string): boolean =>
  header === undefined || header.split(',').some((each) => each.trim() === '*' || each.trim() === etag);

/** RFC 9110, 13.1.2: whether `If-None-Match` has one of the listed tags, weak or not, or `*`. */
export const hasAlready = (header: string | undefined, etag: string): boolean =>
  (header ?? '').split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === etag);
