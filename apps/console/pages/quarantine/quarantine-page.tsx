import { Alert, Button, Text } from '@mantine/core';
import { IconBan, IconRepeat } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useMayChange } from '../../client/session.js';
import type { FileReason } from '../../generated/api.js';
import { useTexts } from '../../shell/use-texts.js';
import type { Filter } from '../../ui/filter/filter.js';
import { FilterBar } from '../../ui/filter/filter-bar.js';
import { countOf } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { EmptyNote } from '../../ui/notes.js';
import { Page } from '../../ui/page.js';
import { QueryView } from '../../ui/query-view.js';
import { NewRows, useHeldRows } from '../../ui/table/held-list.js';
import { useHold } from '../../ui/table/use-hold.js';
import { ChangeFile } from '../file/change-file.js';
import { ReplaceDialog } from '../file/replace-dialog.js';
import { useReasons } from '../files/use-files.js';
import { CauseGroup } from './cause-group.js';
import { ChangeGroup, type GroupFilter } from './change-group.js';

type Asked =
  | {
      readonly kind: 'group';
      readonly what: 'replay' | 'discard';
      readonly filter: GroupFilter;
      readonly words: string;
    }
  | {
      readonly kind: 'file';
      readonly what: 'replay' | 'discard' | 'replace';
      readonly file: { id: string; path: string };
    };

const none: readonly FileReason[] = [];
const causeOf = ({ source, code }: FileReason): string => `${source} ${code}`;

/**
 * Files that could not be loaded, grouped by what is wrong with them. What one is about to replay or discard does not move: causes and
 * files that come meanwhile wait, while those that are gone leave.
 */
export function QuarantinePage() {
  const reasons = useReasons();
  const mayChange = useMayChange();
  const [asked, setAsked] = useState<Asked>();
  const [texts, setTexts] = useTexts();
  const all = reasons.data?.items;
  const filters = useMemo(() => filtersOf(all ?? []), [all]);
  const { source, code } = texts;
  const items = all?.filter((each) => (!source || each.source === source) && (!code || each.code === code));
  const [part, isHeld] = useHold<HTMLDivElement>();
  const held = useHeldRows(items ?? none, causeOf, items && `${source} ${code}`, isHeld);
  const causes = held.rows.filter((each) => items?.some((other) => causeOf(other) === causeOf(each)));
  const count = items?.reduce((sum, each) => sum + each.count, 0) ?? 0;
  const askAll = (what: 'replay' | 'discard'): void =>
    setAsked({
      kind: 'group',
      what,
      filter: { ...(source ? { source } : {}), ...(code ? { code } : {}) },
      words: source || code ? 'those that fit the filters' : 'the whole quarantine',
    });
  /** With filters the buttons at the top mean those that are shown, and say how many. */
  const which = (verb: string): string => (source || code ? `${verb} ${countOf(count, 'file')}` : `${verb} all`);
  const close = (): void => setAsked(undefined);
  return (
    <Page
      title="Quarantine"
      about={
        count === 0
          ? 'Files that could not be loaded, grouped by what is wrong with them'
          : `${countOf(count, 'file')} could not be loaded; their neighbours were`
      }
      actions={
        count > 0 && (
          <>
            <Button
              variant="default"
              leftSection={<IconRepeat size={15} aria-hidden />}
              disabled={!mayChange}
              onClick={() => askAll('replay')}
            >
              {which('Replay')}
            </Button>
            <Button
              variant="default"
              leftSection={<IconBan size={15} aria-hidden />}
              disabled={!mayChange}
              onClick={() => askAll('discard')}
            >
              {which('Discard')}
            </Button>
          </>
        )
      }
    >
      {!mayChange && (
        <Alert color="gray" variant="light" mb="sm">
          You may look at these files, but not replay, replace or discard them.
        </Alert>
      )}
      {(all?.length ?? 0) > 0 && <FilterBar filters={filters} values={texts} onChange={setTexts} />}
      <QueryView query={reasons} what="the quarantine">
        {() => (items?.length === 0 ? <Empty isFiltered={all !== undefined && all.length > 0} /> : null)}
      </QueryView>
      <div ref={part}>
        <NewRows count={held.newCount} what="cause" onShow={held.showNew} />
        {causes.map((reason) => (
          <CauseGroup
            key={causeOf(reason)}
            reason={reason}
            isHeld={isHeld}
            mayChange={mayChange}
            onGroup={(what) =>
              setAsked({
                kind: 'group',
                what,
                filter: { source: reason.source, ...(reason.code === null ? {} : { code: reason.code }) },
                words: `${reason.code} in ${reason.source}`,
              })
            }
            onFile={(what, file) => setAsked({ kind: 'file', what, file })}
          />
        ))}
      </div>
      {asked?.kind === 'group' && <ChangeGroup {...asked} onClose={close} />}
      {asked?.kind === 'file' &&
        (asked.what === 'replace' ? (
          <ReplaceDialog file={asked.file} onClose={close} />
        ) : (
          <ChangeFile what={asked.what} file={asked.file} onClose={close} />
        ))}
    </Page>
  );
}

function Empty({ isFiltered }: { readonly isFiltered: boolean }) {
  return isFiltered ? (
    <EmptyNote title="No quarantined file fits these filters">
      <PageLink to="/quarantine" inherit underline="always">
        Look at all of the quarantine
      </PageLink>
    </EmptyNote>
  ) : (
    <EmptyNote title="Nothing is in quarantine">
      <Text size="sm">
        Every file that was taken could be loaded. One that cannot be will lie here, with its reason and what to do
        about it; what came with it is loaded all the same.
      </Text>
    </EmptyNote>
  );
}

function filtersOf(reasons: readonly FileReason[]): readonly Filter[] {
  const options = (values: readonly (string | null)[]) =>
    [...new Set(values.flatMap((value) => value ?? []))].sort().map((value) => ({ value, label: value }));
  return [
    {
      name: 'source',
      label: 'Source',
      kind: 'choice',
      isMain: true,
      options: options(reasons.map((each) => each.source)),
    },
    {
      name: 'code',
      label: 'What is wrong',
      kind: 'choice',
      isMain: true,
      options: options(reasons.map((each) => each.code)),
    },
  ];
}
