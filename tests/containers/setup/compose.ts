import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** What the suite uses of a service of a compose file. */
export interface ComposeService {
  image: string;
  command?: string[];
  environment?: Record<string, string | number | null>;
  volumes?: string[];
  /** `<address>:<port of the host, or nothing for any>:<port>`. */
  ports?: string[];
  tmpfs?: string[];
  cap_add?: string[];
  cap_drop?: string[];
  security_opt?: string[];
  read_only?: boolean;
  mem_limit?: string;
  network_mode?: string;
}

export interface ComposeFile {
  services: Record<string, ComposeService>;
  volumes?: Record<string, unknown>;
}

/** Reads one of infra's compose files as `docker compose` would with these variables. */
export function readCompose(name: string, variables: Record<string, string | undefined>): ComposeFile {
  const text = readFileSync(new URL(`../../../infra/${name}`, import.meta.url), 'utf8');
  // The whole file at once: a default may hold no character that means something in YAML.
  return parse(interpolate(text, variables), { merge: true }) as ComposeFile;
}

/** `${NAME:-default}`, where a default may hold further ones; the innermost first. */
export function interpolate(text: string, variables: Record<string, string | undefined>): string {
  const pattern = /\$\{([A-Z0-9_]+)(?::-([^${}]*))?\}/g;
  for (let before = '', now = text; ; ) {
    before = now;
    now = before.replace(pattern, (_match, name: string, otherwise?: string) => variables[name] || (otherwise ?? ''));
    if (now === before) return now;
  }
}
