/** An element whose words are to be seen now. */
export interface ShownTip {
  readonly element: HTMLElement;
  readonly label: string;
}

/** How long the pointer rests on an element before its words are shown, milliseconds: as Mantine's tooltips of the theme. */
const restMs = 250;

/**
 * Finds out which element with words of its own (`data-tip`) the pointer is on.
 * @param show is called with it, whenever its words have changed, and with undefined when it was left
 * @returns what ends it
 */
export function watchTips(show: (tip: ShownTip | undefined) => void): () => void {
  const ending = new AbortController();
  let element: HTMLElement | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const close = (): void => {
    clearTimeout(timer);
    changes.disconnect();
    element = undefined;
    show(undefined);
  };
  const open = (): void => {
    const label = element?.dataset['tip'];
    if (element?.isConnected && label) {
      show({ element, label });
      changes.observe(document.body, { subtree: true, childList: true, attributeFilter: ['data-tip'] });
    } else close();
  };
  // Words change under the pointer ("Copied"), and rows go.
  const changes = new MutationObserver((records) => {
    if (!element?.isConnected || records.some(({ type }) => type === 'attributes')) open();
  });
  const on = <K extends keyof DocumentEventMap>(type: K, listener: (event: DocumentEventMap[K]) => void): void =>
    document.addEventListener(type, listener, { signal: ending.signal, passive: true });
  on('pointerover', ({ target, pointerType }) => {
    const found = target instanceof Element ? target.closest<HTMLElement>('[data-tip]') : null;
    if (found === (element ?? null)) return;
    if (element) close();
    if (!found || (pointerType === 'touch' && found.closest('a, button'))) return;
    element = found;
    if (pointerType === 'touch') open();
    else timer = setTimeout(open, restMs);
  });
  // A finger that is lifted leaves, too, but its words stay until the next touch.
  on('pointerout', ({ relatedTarget, pointerType }) => {
    if (element && relatedTarget === null && pointerType !== 'touch') close();
  });
  on('keydown', ({ key }) => {
    if (element && key === 'Escape') close();
  });
  return () => {
    ending.abort();
    close();
  };
}
