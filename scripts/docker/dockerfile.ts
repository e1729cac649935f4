/** Reads as much of Dockerfile and .dockerignore as this project's files use. */

export type DockerStep =
  | { readonly kind: 'run'; readonly command: string }
  | {
      readonly kind: 'copy';
      /** The stage that it copies from; undefined: from what was sent to the builder. */
      readonly from: string | undefined;
      /** Paths below /app of that stage, or of what was sent. */
      readonly sources: readonly string[];
      readonly target: string;
    };

export interface DockerStage {
  /** As named by AS; the last one, which has no name, is `image`. */
  readonly name: string;
  readonly steps: readonly DockerStep[];
}

/** The stages with what they copy and run; other instructions change no files. */
export function readDockerfile(text: string): DockerStage[] {
  const lines = text
    .replace(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n');
  const stages: { name: string; steps: DockerStep[] }[] = [];
  for (const line of lines) {
    const [, instruction, rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    const steps = stages.at(-1)?.steps;
    if (instruction === 'FROM') stages.push({ name: / AS (\S+)$/.exec(rest)?.[1] ?? 'image', steps: [] });
    if (instruction === 'RUN') steps?.push({ kind: 'run', command: rest });
    if (instruction === 'COPY') steps?.push(readCopy(rest));
  }
  return stages;
}

function readCopy(rest: string): DockerStep {
  const [, from, paths = ''] = /^(?:--from=(\S+) )?(.*)$/.exec(rest) ?? [];
  const names = paths.split(/\s+/);
  const sources = names.slice(0, -1).map((name) => name.replace(/^\/app\//, ''));
  return { kind: 'copy', from, sources, target: names.at(-1) ?? '' };
}

/**
 * Whether a file is sent: the last line that names it, or a folder above it, decides; `!` takes it back in. `*` stands
 * for any part of one name, `**` for any number of folders.
 */
export function isSentToBuilder(path: string, dockerignore: string): boolean {
  let sent = true;
  for (const line of dockerignore.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const pattern = line.replace(/^!/, '');
    const source = pattern
      .split('**/')
      .map((part) => part.replace(/[.+?^$(){}|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*'))
      .join('(?:.*/)?');
    if (new RegExp(`^${source}(?:/.*)?$`).test(path)) sent = line.startsWith('!');
  }
  return sent;
}
