/** The parameters of an address after the question mark; all are texts. */
export type Texts = Readonly<Record<string, string | undefined>>;

/** Reads `?state=failed&task=a`; of parameters that come twice the last one counts. */
export const parseSearch = (search: string): Texts => Object.fromEntries(new URLSearchParams(search));

/** Writes them, those that are undefined or empty left out. */
export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const texts = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== '') texts.set(name, String(value));
  }
  const text = texts.toString();
  return text === '' ? '' : `?${text}`;
}
