import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const INFRA = join(import.meta.dirname, '../../infra');
const FILES = ['compose.yaml', 'compose.aws.yaml'];

interface ComposeFile {
  services: Record<string, { environment?: Record<string, string> } | null>;
}

/**
 * The environment that a container of the AWS variant is given, as `docker compose config` would show it.
 * @param variables what a person sets for Compose; one that is required and missing throws
 */
export function composeEnvironment(service: string, variables: Record<string, string>): Record<string, string> {
  const parts = FILES.map((file) => {
    // Tags such as !reset are Compose's own; nothing here is in them.
    const options = { merge: true, logLevel: 'error' } as const;
    const { services } = parse(readFileSync(join(INFRA, file), 'utf8'), options) as ComposeFile;
    return services[service]?.environment ?? {};
  });
  const merged: Record<string, string> = Object.assign({}, ...parts);
  return Object.fromEntries(Object.entries(merged).map(([name, value]) => [name, filledIn(String(value), variables)]));
}

/** `${NAME}`, `${NAME:-default}`, `${NAME:?message}`, from the inside out. */
function filledIn(text: string, variables: Record<string, string>): string {
  const innermost = /\$\{(\w+)(?::([-?])([^${}]*))?\}/;
  for (let result = text; ; ) {
    const [whole, name = '', kind, rest = ''] = innermost.exec(result) ?? [];
    if (whole === undefined) return result;
    const value = variables[name] || (kind === '-' ? rest : '');
    if (value === '' && kind === '?') throw new Error(`${name} is not set: ${rest}`);
    result = result.replace(whole, () => value);
  }
}
