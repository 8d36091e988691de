import { join } from 'node:path';
import { SERVICE_NAMES } from '../nats/index.ts';
import { type Layout, writePrivateFile } from './files.ts';
import { portOf } from './servers.ts';
import { adminEnvironment, ownEnvironment, type ServiceEnvDeps } from './service-env.ts';

/**
 * `config/<service>.env` and `config/admin.env` (mode 0600), so that a service can be run by hand, and tools can work in the name
 * of a service or of the administrator beside a running Rushes.
 */
export function writeEnvironmentFiles(layout: Layout, ports: Record<string, number>, deps: ServiceEnvDeps): void {
  for (const name of SERVICE_NAMES) {
    const environment = { ...ownEnvironment(name, deps), HOST: '127.0.0.1', PORT: String(portOf(ports, name)) };
    writePrivateFile(join(layout.config, `${name}.env`), environmentFile(environment));
  }
  writePrivateFile(join(layout.config, 'admin.env'), environmentFile(adminEnvironment(deps)));
}

/** As `node --env-file` reads it. */
function environmentFile(environment: NodeJS.ProcessEnv): string {
  const set = Object.entries(environment).filter(([, value]) => value !== undefined);
  return set.map(([name, value]) => `${name}=${quoted(value ?? '')}\n`).join('');
}

/** The format knows no escapes but the line break, so a value is quoted by a sign that it does not hold. */
function quoted(value: string): string {
  const sign = ['"', "'", '`'].find((each) => !value.includes(each));
  return sign === undefined ? value : `${sign}${value}${sign}`;
}
