/** RFC 9110, 13.1.2: whether `If-None-Match` has one of the listed tags, weak or not, or `*`. */
export const hasAlready = (header: string | undefined, etag: string): boolean =>
  (header ?? '').split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === etag);
