import { type CSSVariablesResolver, createTheme } from '@mantine/core';

/** One accent, small type, dense tables: pages that are looked at all day. */
export const theme = createTheme({
  primaryColor: 'cyan',
  // White on it passes 4.5:1, and its edges 3:1 on the surfaces of both themes.
  primaryShade: 9,
  autoContrast: true,
  luminanceThreshold: 0.35,
  defaultRadius: 'sm',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "Roboto Mono", Menlo, Consolas, monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '1.375rem' }, h2: { fontSize: '1.0625rem' }, h3: { fontSize: '0.9375rem' } },
  },
  components: {
    Anchor: { defaultProps: { underline: 'hover' } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 250, multiline: true, maw: 420 } },
    // WCAG 2.2 wants at least 24 pixels (success criterion 2.5.8).
    ActionIcon: {
      vars: (_: unknown, { size }: { size?: unknown }) => ({ root: size === 'sm' ? { '--ai-size': '24px' } : {} }),
    },
    Button: { defaultProps: { size: 'compact-sm' } },
    Modal: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Drawer: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Menu: { defaultProps: { shadow: 'md' } },
    Table: { defaultProps: { verticalSpacing: 6, horizontalSpacing: 'sm' } },
  },
});

/** Grey text that passes WCAG 2.2 AA (4.5:1) on every surface of ours, and the surfaces themselves. */
export const variables: CSSVariablesResolver = () => ({
  variables: { '--mr-sidebar': '216px' },
  light: {
    '--mantine-color-dimmed': '#56616c',
    '--mantine-color-placeholder': '#66717c',
    // What is wrong with a field: Mantine's own red is too pale for texts of this size.
    '--mantine-color-error': '#c92a2a',
    '--mr-ground': '#f6f8fa',
    '--mr-surface': '#ffffff',
    '--mr-line': '#dde3ea',
    '--mr-hover': '#f0f4f8',
    '--mr-good': '#237a34',
    '--mr-bad': '#c92a2a',
    '--mr-busy': '#1864ab',
    '--mr-wait': '#5f3dc4',
    '--mr-warn': '#a84300',
    '--mr-quiet': '#56616c',
  },
  dark: {
    '--mantine-color-dimmed': '#a3adb8',
    '--mantine-color-placeholder': '#97a1ac',
    '--mantine-color-body': '#161b22',
    '--mantine-color-error': '#ff8787',
    '--mr-ground': '#0f1318',
    '--mr-surface': '#161b22',
    '--mr-line': '#2c343e',
    '--mr-hover': '#1e252e',
    '--mr-good': '#69db7c',
    '--mr-bad': '#ff8787',
    '--mr-busy': '#74c0fc',
    '--mr-wait': '#b197fc',
    '--mr-warn': '#ffc078',
    '--mr-quiet': '#a3adb8',
  },
});
