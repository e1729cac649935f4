/** The roles beside the owner, by what each is for. docs/roles.md says what each may. */
export const roleNames = {
  loader: 'millrace_loader',
  dwh: 'millrace_dwh',
  orchestrator: 'millrace_orchestrator',
  reader: 'millrace_reader',
} as const;

/** What a role is for. */
export type RoleKey = keyof typeof roleNames;

/** All of them, in the order in which they are made and described. */
export const roleKeys: readonly RoleKey[] = ['loader', 'dwh', 'orchestrator', 'reader'];

/** Passwords by role; a role without one cannot log in. */
export type RolePasswords = Readonly<Partial<Record<RoleKey, string>>>;

/** What `COMMENT ON ROLE` says. */
export const roleWords: Readonly<Record<RoleKey, string>> = {
  loader: 'Reads and writes rows of datasets; makes no tables. Made by Millrace.',
  dwh: 'Has all rights on rows of the schema dwh and makes tables of its own there; nothing elsewhere. Made by Millrace.',
  orchestrator: 'Reads and writes the record of runs and files (schema ops); no datasets. Made by Millrace.',
  reader: 'Reads datasets, views and telemetry, for BI tools; writes nothing. Made by Millrace.',
};

/** Settings of a role's sessions, which a person may change afterwards: they are set where the role has none. */
export const roleSettings: Readonly<Partial<Record<RoleKey, Readonly<Record<string, string>>>>> = {
  reader: {
    default_transaction_read_only: 'on',
    statement_timeout: '5min',
    // A transaction that is forgotten open keeps vacuum from clearing rows away.
    idle_in_transaction_session_timeout: '10min',
  },
};

/**
 * The passwords among settings.
 * @param settings those of `packages/config/settings.ts`
 */
export function rolePasswordsOf(settings: {
  readonly loaderPassword?: string;
  readonly dwhPassword?: string;
  readonly orchestratorPassword?: string;
  readonly readerPassword?: string;
}): RolePasswords {
  const { loaderPassword, dwhPassword, orchestratorPassword, readerPassword } = settings;
  return {
    ...(loaderPassword === undefined ? {} : { loader: loaderPassword }),
    ...(dwhPassword === undefined ? {} : { dwh: dwhPassword }),
    ...(orchestratorPassword === undefined ? {} : { orchestrator: orchestratorPassword }),
    ...(readerPassword === undefined ? {} : { reader: readerPassword }),
  };
}
