import { Anchor, Button, Text } from '@mantine/core';
import { Link, useLocation } from '@tanstack/react-router';
import { wordsOf } from '../client/problem.js';
import { EmptyNote } from '../ui/notes.js';
import { Page } from '../ui/page.js';

/** There is no page at this address. */
export function UnknownPage() {
  const { pathname } = useLocation();
  return (
    <Page title="No such page">
      <EmptyNote title={`There is no page at ${pathname}`}>
        Look for what you want with the search box (press <kbd>/</kbd>), or go to the{' '}
        <Anchor component={Link} to="/" underline="always">
          overview
        </Anchor>
        .
      </EmptyNote>
    </Page>
  );
}

/** A page failed in a way that it did not expect. */
export function FailedPage({ error }: { readonly error: unknown }) {
  return (
    <Page title="This page failed">
      <EmptyNote title="Something in this page failed, not in Millrace">
        <Text size="sm">{wordsOf(error)}</Text>
        <Button mt="sm" onClick={() => location.reload()}>
          Load the page anew
        </Button>
      </EmptyNote>
    </Page>
  );
}
