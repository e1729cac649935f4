/** How a process is watched for hanging. */
export interface LivenessOptions {
  /** Asks whether it works. Settles when it answers; rejects, or does not settle, as long as it does not. */
  ask(): Promise<void>;
  /** How long it may leave questions unanswered before it counts as hung, in milliseconds. */
  readonly patienceMs: number;
  /** Called once, when it hangs; it is asked no more then. */
  onHung(): void;
}

/**
 * Looks within the patience. What counts is how many looks found no answer, and no clock: when the whole machine sleeps
 * or is stopped, the looks that were missed do not happen, and all processes have the usual time to answer after it.
 */
const looks = 10;

/** Before its first answer a process is still loading its code, which takes long from a slow disk: this much longer. */
const firstAnswerFactor = 10;

/** Asks a process again and again whether it works, and says so when it has not answered for long. */
export function watchLiveness({ ask, patienceMs, onHung }: LivenessOptions): { stop(): void } {
  let everAnswered = false;
  let answered = true;
  let asking = false;
  let missed = 0;
  const look = (): void => {
    missed = answered ? 0 : missed + 1;
    if (missed >= (everAnswered ? looks : looks * firstAnswerFactor)) {
      onHung();
      return;
    }
    timer = setTimeout(look, patienceMs / looks);
    answered = false;
    // One question at a time: a process that hangs must not find many of them when it goes on.
    if (asking) return;
    asking = true;
    void ask()
      .then(
        () => {
          everAnswered = true;
          answered = true;
        },
        () => {},
      )
      .finally(() => {
        asking = false;
      });
  };
  let timer = setTimeout(look, patienceMs / looks);
  return { stop: () => clearTimeout(timer) };
}
