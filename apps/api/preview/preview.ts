import { BadInputError, FileChangedError } from '#contracts/errors.js';
import { describeContent } from '#faces/image/sniff.js';
import { listZipEntries, type ZipEntries } from '#footage/containers/zip-entries.js';
import { type FirstRows, readFirstRows } from '#parquet/first-rows.js';
import { PageMemory } from '#parquet/page-memory.js';
import type { OpenContent } from '../files/open-content.js';
import { HttpProblem } from '../http/problem.js';
import { headBytes, kindOf, type PreviewKind } from './kind.js';
import { type Fault, readFault, readPart, readText, type TextPreview } from './text.js';

/** How much of a table is shown. */
const tableLimits = { rows: 50, columns: 100, chars: 200 };
const maxEntries = 100;

const usualLimitMs = 5_000;
/** Files that are decoded at a time; others wait for their turn. */
const maxDecoded = 2;
/** Files that wait at most: each is open meanwhile, and may take seconds when its turn comes. */
export const maxWaiting = 20;
/** For the pages of parquet files that are decoded. */
const pageBytes = 64 * 2 ** 20;

/** What of a file can be shown; what does not go with its kind is null. */
export interface Preview {
  readonly kind: PreviewKind;
  /** Of an `other`: what it seems to be, in words. */
  readonly description: string | null;
  /** What is wrong with it, as far as that was met. */
  readonly problem: { readonly code: string; readonly message: string } | null;
  readonly text: TextPreview | null;
  readonly fault: Fault | null;
  readonly table: FirstRows | null;
  readonly archive: Omit<ZipEntries, 'fault'> | null;
}

type Parts = Partial<Omit<Preview, 'kind'>>;

/** Previews of files. Few are decoded at a time, so that memory is bounded. */
export class Previews {
  readonly #memory = new PageMemory(pageBytes);
  readonly #waiting: (() => void)[] = [];
  readonly #limitMs: number;
  #free = maxDecoded;

  /** @param limitMs milliseconds after which a parquet file that is still being read is given up */
  constructor(limitMs: number = usualLimitMs) {
    this.#limitMs = limitMs;
  }

  /**
   * What of a file can be shown. A file that is broken is shown as far as it can be, with the problem.
   * @param reason for which the ledger has it refused, if it has
   * @throws HttpProblem as `file.read` does, and 503 when too many others wait for their turn
   */
  async show(file: OpenContent, reason: string | null): Promise<Preview> {
    const head = await readPart(file, 0, headBytes);
    const kind = kindOf(head, file.path);
    const nothing = { description: null, problem: null, text: null, fault: null, table: null, archive: null };
    return { kind, ...nothing, ...(await this.#partsOf(kind, head, file, reason)) };
  }

  async #partsOf(kind: PreviewKind, head: Buffer, file: OpenContent, reason: string | null): Promise<Parts> {
    switch (kind) {
      case 'image':
        return {};
      case 'parquet':
        return await this.#inTurn(() => this.#tableOf(file));
      case 'zip':
        return await this.#inTurn(() => archiveOf(file));
      case 'json':
      case 'csv':
      case 'text':
        return { text: await readText(file), fault: (await readFault(file, reason)) ?? null };
      case 'other':
        return { description: describeContent(head) };
    }
  }

  async #tableOf(file: OpenContent): Promise<Parts> {
    const signal = AbortSignal.timeout(this.#limitMs);
    try {
      return { table: await readFirstRows(file, file.size, tableLimits, { memory: this.#memory, signal }) };
    } catch (error) {
      if (error instanceof BadInputError) return { problem: { code: error.code, message: error.message } };
      // The next look at the file says what became of it.
      if (error instanceof FileChangedError) return {};
      if (!signal.aborted) throw error;
      const seconds = this.#limitMs / 1_000;
      const message = `its first rows took longer than ${seconds} seconds to read; store the file and open it there`;
      return { problem: { code: 'too-slow', message } };
    }
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting.length >= maxWaiting) {
      throw new HttpProblem(
        'previews-busy',
        `${maxDecoded} files are being read for their previews and ${maxWaiting} wait, which is the most; try again in a moment`,
        { headers: { 'retry-after': '5' } },
      );
    }
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}

async function archiveOf(file: OpenContent): Promise<Parts> {
  const { fault, ...archive } = await listZipEntries(file.descriptor, file.size, maxEntries);
  return { archive, ...(fault === null ? {} : { problem: { code: 'corrupt', message: fault } }) };
}
