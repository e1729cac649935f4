import { Anchor, Button } from '@mantine/core';
import { createLink } from '@tanstack/react-router';

/** A link to a page of the console, which knows the pages and their parameters. */
export const PageLink = createLink(Anchor<'a'>);

/** A link to a page that looks like a button. */
export const ButtonLink = createLink(Button<'a'>);
