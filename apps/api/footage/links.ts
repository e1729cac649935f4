/** The address of a recording. */
export const recordingLink = (id: string): string => `/api/recordings/${encodeURIComponent(id)}`;

/** The address of a footage. */
export const footageLink = (id: string): string => `/api/footages/${encodeURIComponent(id)}`;

/** The address of a frame. */
export const frameLink = (footage: string, index: number): string => `${footageLink(footage)}/frames/${index}`;
