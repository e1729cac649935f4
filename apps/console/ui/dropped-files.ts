/** A file that somebody dropped or chose, with its path below what was dropped: `march/a.parquet`, or `a.parquet`. */
export interface ChosenFile {
  readonly path: string;
  readonly file: File;
}

/** Of a field for files; a folder that was chosen gives the paths below it, its own name first. */
export const chosenIn = (files: FileList | null): readonly ChosenFile[] =>
  [...(files ?? [])].map((file) => ({
    path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath,
    file,
  }));

/**
 * The files of a drop, folders with all that is in them. What the browser hands over is only there until the first pause of the
 * script, so it is taken before anything is awaited.
 * @throws DOMException when something of it cannot be read
 */
export async function filesOfDrop(data: DataTransfer): Promise<readonly ChosenFile[]> {
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return [...data.files].map((file) => ({ path: file.name, file }));
  const found: ChosenFile[] = [];
  for (const entry of entries) for await (const each of below(entry)) found.push(each);
  return found;
}

/** Depth first, without recursion into the call stack: folders may be as deep as they like. */
async function* below(top: FileSystemEntry): AsyncGenerator<ChosenFile> {
  const left = [top];
  for (let entry = left.pop(); entry; entry = left.pop()) {
    if (isFile(entry)) yield { path: entry.fullPath.replace(/^\//, ''), file: await openEntry(entry) };
    else if (isFolder(entry)) left.push(...(await entriesOf(entry)).reverse());
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

const openEntry = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

/** A browser hands out a folder's entries in portions, the last of which is empty. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (portion.length === 0) return all;
    all.push(...portion);
  }
}

/** Files on their way from the page where they were dropped to the page that uploads them. */
let handed: readonly ChosenFile[] = [];

/** Leaves files for the upload page, to which one goes then. */
export function handOver(files: readonly ChosenFile[]): void {
  handed = [...handed, ...files];
}

/** What was left, once. */
export function takeHanded(): readonly ChosenFile[] {
  const taken = handed;
  handed = [];
  return taken;
}
