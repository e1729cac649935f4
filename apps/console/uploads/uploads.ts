import type { Upload } from 'tus-js-client';
import { wordsOf } from '../client/problem.js';
import type { ChosenFile } from '../ui/dropped-files.js';
import { openSender } from './sender.js';
import { isUnderWay, type UploadItem, type UploadTarget } from './upload-item.js';

/** So many are sent at a time: more share the same line. */
const atOnce = 3;
/** What has changed is told at most so often. */
const tellMs = 100;

interface Entry {
  item: UploadItem;
  readonly file: File;
  sender?: Upload;
  /** Counts how often it was begun. */
  turn: number;
}

/**
 * The files that this page sends into the inbox. It outlives the page of uploads, so that one can look at other pages meanwhile;
 * whoever leaves the console is asked first, and what was sent by then is kept by the server.
 */
export class Uploads {
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<() => void>();
  /** Names the entries. Not by `crypto.randomUUID`, which browsers keep from pages that came over plain http. */
  #lastId = 0;
  #items: readonly UploadItem[] = [];
  #telling: ReturnType<typeof setTimeout> | undefined;

  /** In the order in which they were added. */
  get items(): readonly UploadItem[] {
    return this.#items;
  }

  /** @returns what ends it */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Begins to send files; of folders each goes into the folder of its name below the target. */
  add(files: readonly ChosenFile[], target: UploadTarget): void {
    for (const { path, file } of files) {
      this.#lastId += 1;
      const id = String(this.#lastId);
      const end = path.lastIndexOf('/');
      const folder = [target.folder, path.slice(0, Math.max(end, 0))].filter((part) => part !== '').join('/');
      const item = { id, name: path.slice(end + 1), target: { ...target, folder }, size: file.size, sent: 0 };
      this.#entries.set(id, { item: { ...item, state: 'waiting' }, file, turn: 0 });
    }
    this.#next();
  }

  /** Stops sending them, as long as nobody resumes them. */
  pause(ids: readonly string[]): void {
    for (const { item, sender } of this.#found(ids)) {
      if (!isUnderWay(item)) continue;
      this.#change(item.id, { state: 'paused' });
      void sender?.abort();
    }
    this.#next();
  }

  /** Goes on with those that are paused or were refused. */
  resume(ids: readonly string[], change: Partial<UploadTarget> = {}): void {
    for (const entry of this.#found(ids)) {
      const { item } = entry;
      if (item.state !== 'paused' && item.state !== 'refused') continue;
      // Another target is another upload.
      if (Object.keys(change).length > 0) delete entry.sender;
      this.#change(item.id, { state: 'waiting', refusal: undefined, target: { ...item.target, ...change } });
    }
    this.#next();
  }

  /** Takes them from the list; what was sent of those that are not done is thrown away. */
  remove(ids: readonly string[]): void {
    for (const { item, sender } of this.#found(ids)) {
      this.#entries.delete(item.id);
      // The server removes it within a day anyhow.
      if (item.state !== 'done') void sender?.abort(true).catch(() => undefined);
    }
    this.#next();
  }

  #found(ids: readonly string[]): Entry[] {
    return ids.flatMap((id) => this.#entries.get(id) ?? []);
  }

  #next(): void {
    const entries = [...this.#entries.values()];
    let room = atOnce - entries.filter(({ item }) => item.state === 'sending').length;
    for (const entry of entries) {
      if (room <= 0) break;
      if (entry.item.state !== 'waiting') continue;
      room -= 1;
      this.#change(entry.item.id, { state: 'sending' });
      void this.#send(entry);
    }
    this.#tell();
  }

  async #send(entry: Entry): Promise<void> {
    const { id, name, target } = entry.item;
    entry.turn += 1;
    const { turn } = entry;
    try {
      const sender =
        entry.sender ??
        (await openSender(entry.file, name, target, {
          onSent: (sent) => this.#change(id, { sent }),
          onRefused: (refusal) => this.#end(id, { state: 'refused', refusal }),
          onDone: (path) => this.#end(id, { state: 'done', sent: entry.file.size, path }),
        }));
      // While it was opened it may have been paused or taken away, and by now be on its way by another turn.
      if (this.#entries.get(id)?.item.state !== 'sending' || entry.turn !== turn) return;
      entry.sender = sender;
      sender.start();
    } catch (error) {
      this.#end(id, { state: 'refused', refusal: { code: undefined, message: wordsOf(error) } });
    }
  }

  #end(id: string, change: Partial<UploadItem>): void {
    if (this.#entries.get(id)?.item.state !== 'sending') return;
    this.#change(id, change);
    this.#next();
  }

  #change(id: string, change: Partial<UploadItem>): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    entry.item = { ...entry.item, ...change };
    this.#tell();
  }

  #tell(): void {
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      this.#items = [...this.#entries.values()].map(({ item }) => item);
      if (this.#items.some(isUnderWay)) window.addEventListener('beforeunload', askFirst);
      else window.removeEventListener('beforeunload', askFirst);
      for (const listener of this.#listeners) listener();
    }, tellMs);
  }
}

const askFirst = (event: BeforeUnloadEvent): void => event.preventDefault();
