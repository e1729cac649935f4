import { useTexts } from '../../shell/use-texts.js';
import { LoadingNote, ProblemNote } from '../../ui/notes.js';
import { QueryView } from '../../ui/query-view.js';
import { FootageChoice } from './footage-choice.js';
import { FootageViewer } from './footage-viewer.js';
import { NoRecordings } from './no-recordings.js';
import { useFootage, useRecording, useRecordings } from './use-recordings.js';

/** A footage frame by frame, its metrics and labels below it. Without one in the address the first one there is. */
export function FramesView() {
  const [{ footage, frame }, setTexts] = useTexts();
  const all = useRecordings(undefined, 500);
  const first = all.data?.pages[0]?.items.find(({ footages }) => footages > 0)?.id;
  const firstRecording = useRecording(footage ? undefined : first);
  const shown = footage || firstRecording.data?.footages[0]?.id;
  if (shown === undefined) {
    const failed = [all, firstRecording].find(({ error }) => error);
    if (failed) return <ProblemNote error={failed.error} onRetry={() => void failed.refetch()} />;
    return all.data && first === undefined ? <NoRecordings /> : <LoadingNote what="the footages" />;
  }
  const ids = all.data?.pages.flatMap(({ items }) => items.map(({ id }) => id)) ?? [];
  return (
    <OneFootage
      footage={shown}
      recordings={ids}
      onFootage={(next, keepFrame) => setTexts({ footage: next, frame: keepFrame ? frame : undefined })}
    />
  );
}

interface OneFootageProps {
  readonly footage: string;
  readonly recordings: readonly string[];
  onFootage(footage: string, keepFrame: boolean): void;
}

function OneFootage({ footage, recordings, onFootage }: OneFootageProps) {
  const query = useFootage(footage);
  return (
    <QueryView query={query} what="the footage">
      {(found) => (
        <>
          {/* The choice stays while another footage is read, and with it the focus of whoever goes through them. */}
          <FootageChoice footage={found} recordings={recordings} onFootage={onFootage} />
          {query.isPlaceholderData ? (
            <LoadingNote what="the footage" />
          ) : (
            <FootageViewer footage={found} key={found.id} />
          )}
        </>
      )}
    </QueryView>
  );
}
