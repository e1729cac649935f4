/** What is wrong with an image, as its structure shows. */
export interface Defect {
  readonly code: 'truncated' | 'corrupt' | 'unsupported';
  /** In words; of an unsupported image, its kind: "LZMA compression". */
  readonly detail: string;
}

export function truncated(detail: string): Defect {
  return { code: 'truncated', detail };
}

export function corrupt(detail: string): Defect {
  return { code: 'corrupt', detail };
}

export function unsupported(detail: string): Defect {
  return { code: 'unsupported', detail };
}
