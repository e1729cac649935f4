/** A kind of problem that the API answers: what is stable about it from one occurrence to the next. */
export interface ProblemType {
  /** The HTTP status that it is answered with. */
  readonly status: number;
  /** The kind in a few words. */
  readonly title: string;
  /** What it means. */
  readonly meaning: string;
  /** What the client, or the person who runs the server, can do. */
  readonly remedy: string;
}
