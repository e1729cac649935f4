import { EmptyNote } from '../../ui/notes.js';

/** There are no recordings: how to get some. */
export function NoRecordings() {
  return (
    <EmptyNote title="No recording is loaded yet">
      Put files named <code>recording*.json</code> into the inbox, or upload them; their frames go below{' '}
      <code>FOOTAGE_DIR</code>.{' '}
      <code>npm run samples -- --out ./inbox/recordings --recordings 20 --footage ./footage</code> writes some to try it
      with.
    </EmptyNote>
  );
}
