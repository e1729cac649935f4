/** What one check found. */
export interface Finding {
  readonly check: string;
  /** `failure`: Millrace does not work like this. `warning`: it does, and somebody should look at it. */
  readonly state: 'ok' | 'warning' | 'failure';
  /** What is so, and, unless all is well, what to do. */
  readonly message: string;
}

type Make = (check: string, message: string) => Finding;

export const ok: Make = (check, message) => ({ check, state: 'ok', message });
export const warning: Make = (check, message) => ({ check, state: 'warning', message });
export const failure: Make = (check, message) => ({ check, state: 'failure', message });
