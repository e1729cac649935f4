import { Anchor, Button } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ComponentProps } from 'react';

/** A link to a page of the console, which knows the pages and their parameters. */
export const PageLink = createLink(Anchor<'a'>);

/** A link to a page that looks like a button. */
export const ButtonLink = createLink((props: ComponentProps<typeof Button<'a'>>) => (
  <Button component="a" {...props} />
));
