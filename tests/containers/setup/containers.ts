import { readFile } from 'node:fs/promises';
import { until } from '../../setup/client.ts';
import { docker } from '../docker.mjs';
import { nameOf, PORT, SERVICES, type System } from './system.ts';

/** What tests do to the containers of a system, by their names in its network. */
export interface Containers {
  kill(alias: string): Promise<void>;
  /** SIGTERM, and SIGKILL when it takes longer than `seconds`; the code it ended with, 137 when it was killed. */
  stop(alias: string, seconds?: number): Promise<number>;
  /** Starts one again that has ended, with its volumes. */
  startAgain(alias: string): Promise<void>;
  restart(alias: string): Promise<void>;
  pause(alias: string): Promise<void>;
  unpause(alias: string): Promise<void>;
  remove(alias: string): Promise<void>;
  /** A field of `docker inspect`, by its Go template. */
  inspect(alias: string, format: string): Promise<string>;
  logs(alias: string): Promise<string>;
  /** What `GET <path>` on the service's own port answers; null when nobody listens. */
  ask(alias: string, path: string): Promise<Response | null>;
  /** Until these are; without names, every service and the edge. */
  untilReady(aliases?: readonly string[]): Promise<void>;
  /** Runs a script of `inside/` in a container, as its user and with its secrets; what it printed, as JSON. */
  inside<T>(alias: string, script: string, ...args: string[]): Promise<T>;
}

export function containersOf(system: System): Containers {
  const of = (alias: string) => nameOf(system, alias);
  const inspect = (alias: string, format: string) => docker(['inspect', '--format', format, of(alias)]);
  const containers: Containers = {
    async kill(alias) {
      await docker(['kill', of(alias)]);
      await docker(['wait', of(alias)]);
    },
    async stop(alias, seconds = 15) {
      await docker(['stop', '--time', String(seconds), of(alias)]);
      return Number(await inspect(alias, '{{.State.ExitCode}}'));
    },
    startAgain: (alias) => docker(['start', of(alias)]).then(() => undefined),
    restart: (alias) => docker(['restart', '--time', '15', of(alias)]).then(() => undefined),
    pause: (alias) => docker(['pause', of(alias)]).then(() => undefined),
    unpause: (alias) => docker(['unpause', of(alias)]).then(() => undefined),
    remove: (alias) => docker(['rm', '--force', '--volumes', of(alias)]).then(() => undefined),
    inspect,
    logs: (alias) => docker(['logs', of(alias)], { both: true }),
    async ask(alias, path) {
      const address = await docker(['port', of(alias), String(PORT)]);
      return fetch(`http://${address.split('\n')[0]}${path}`).catch(() => null);
    },
    async untilReady(aliases = [...SERVICES, 'edge']) {
      for (const alias of aliases) {
        await until(
          `${alias} to be ready`,
          async () =>
            (await containers.ask(alias, alias === 'edge' ? '/livez' : '/readyz'))?.status ??
            (await inspect(alias, '{{.State.Status}}')),
          (answer) => {
            if (answer === 'exited') throw new Error(`${alias} ended instead of becoming ready`);
            return answer === 200;
          },
          90,
        );
      }
    },
    async inside(alias, script, ...args) {
      const text = await readFile(new URL(`../inside/${script}`, import.meta.url), 'utf8');
      const node = ['node', '--env-file-if-exists=/run/secrets/rushes.env', '--input-type=module', '--eval', text];
      return JSON.parse(await docker(['exec', of(alias), ...node, '--', ...args]));
    },
  };
  return containers;
}
