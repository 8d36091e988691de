import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Layout, makeFolders } from '../embedded/files.ts';
import { endEarlierProcesses, recordProcesses, takeLock } from '../embedded/lock.ts';
import { choosePorts, isPortFree } from '../embedded/ports.ts';
import { createSupervisor } from '../embedded/processes.ts';
import { loadSecrets } from '../embedded/secrets.ts';
import { natsSpec, portOf } from '../embedded/servers.ts';
import { openEnvironment } from '../embedded/service-env.ts';
import { findTools } from '../embedded/tools.ts';
import { say } from './command.ts';

/**
 * Starts the nats-server of a home alone, on a port that nobody expects it on, and stops it when the work is done or broken off
 * by a signal. Throws SetupError while `npm start` runs in this home.
 */
export async function withEmbeddedNats(
  layout: Layout,
  env: NodeJS.ProcessEnv,
  work: (env: NodeJS.ProcessEnv) => Promise<void>,
): Promise<void> {
  makeFolders(layout);
  takeLock(layout);
  await endEarlierProcesses(layout);
  const secrets = loadSecrets(layout);
  const { ports } = await choosePorts([{ name: 'nats' }], {}, { isFree: isPortFree, random: Math.random });
  const supervisor = createSupervisor({
    logsDir: layout.logs,
    report: (line) => say(`! ${line}`),
    changed: () => recordProcesses(layout, supervisor.running()),
  });
  const stop = async () => {
    await supervisor.stop([]);
    rmSync(join(layout.state, 'lock.json'), { force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void stop().then(() => process.exit(130)));
  }
  try {
    const deps = { layout, tools: findTools(env), secrets, ports, region: '', env: openEnvironment(env) };
    await supervisor.start(natsSpec(deps));
    const NATS_URL = `nats://127.0.0.1:${portOf(ports, 'nats')}`;
    await work({ ...env, NATS_URL, NATS_USER: 'admin', NATS_PASSWORD: secrets.nats.admin, NATS_CREDS: undefined });
  } finally {
    await stop();
  }
}
