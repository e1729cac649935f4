import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { parse } from 'yaml';

const Service = Type.Object({
  image: Type.String(),
  build: Type.Optional(Type.String()),
  command: Type.Array(Type.String()),
  environment: Type.Optional(Type.Record(Type.String(), Type.String())),
  volumes: Type.Optional(Type.Array(Type.String())),
  user: Type.Optional(Type.String()),
  read_only: Type.Literal(true),
  tmpfs: Type.Array(Type.String()),
  cap_drop: Type.Array(Type.String()),
  security_opt: Type.Array(Type.String()),
  networks: Type.Array(Type.String()),
  mem_limit: Type.String(),
  pids_limit: Type.Integer(),
  logging: Type.Object({ options: Type.Record(Type.String(), Type.String()) }),
  depends_on: Type.Optional(Type.Record(Type.String(), Type.Object({ condition: Type.String() }))),
  stop_grace_period: Type.String(),
  container_name: Type.Optional(Type.String()),
  ports: Type.Optional(Type.Array(Type.String())),
});

const Document = Type.Object({
  services: Type.Record(Type.String(), Type.Unknown()),
  networks: Type.Record(
    Type.String(),
    Type.Union([Type.Null(), Type.Object({ internal: Type.Optional(Type.Boolean()) })]),
  ),
});

/** A service as the tests look at it; what is absent is empty. */
export type OurService = Omit<Static<typeof Service>, Absent> & Required<Pick<Static<typeof Service>, Absent>>;
type Absent = 'environment' | 'depends_on' | 'volumes';

/** The services of a compose file: ours by name, and the two that they stand on. */
export interface Compose {
  readonly ours: Readonly<Record<string, OurService>>;
  readonly postgres: OurService;
  readonly valkey: OurService;
  /** By name; whether they lead nowhere but to the services on them. */
  readonly networks: ReadonlyMap<string, { readonly internal: boolean }>;
}

/** Reads a compose file, YAML's merge keys resolved. @throws when a service lacks what the tests look at */
export function readCompose(text: string): Compose {
  const document: unknown = parse(text, { merge: true });
  const { services, networks } = Value.Parse(Document, document);
  const read = new Map(
    Object.entries(services).map(([name, raw]) => {
      const service = Value.Parse(Service, raw);
      const { environment = {}, depends_on = {}, volumes = [] } = service;
      return [name, { ...service, environment, depends_on, volumes }];
    }),
  );
  const take = (name: string): OurService => {
    const service = read.get(name);
    if (!service) throw new Error(`docker-compose.yaml has no service ${name}`);
    return service;
  };
  return {
    ours: Object.fromEntries([...read].filter(([, service]) => service.build !== undefined)),
    postgres: take('postgres'),
    valkey: take('valkey'),
    networks: new Map(
      Object.entries(networks).map(([name, network]) => [name, { internal: network?.internal === true }]),
    ),
  };
}

/**
 * Puts variables in the place of `${NAME}`, `${NAME:-default}` and `${NAME:?message}`, as Compose does.
 * @throws with the message when a variable that has to be given is not
 */
export function substitute(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_whole, name: string, kind?: string, rest = '') => {
    const value = variables[name];
    if (value !== undefined && value !== '') return value;
    if (kind === '?') throw new Error(`${name}: ${String(rest)}`);
    return kind === '-' ? String(rest) : '';
  });
}
