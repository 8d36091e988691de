import { Server } from 'node:net';
import { startFauxqs } from 'fauxqs';
import { z } from 'zod';

const env = z
  .object({
    HOST: z.string().default('127.0.0.1'),
    PORT: z.coerce.number().int(),
    DATA_DIR: z.string(),
    AWS_REGION: z.string(),
  })
  .parse(process.env);

// fauxqs always listens on 0.0.0.0, and offers no other choice; nothing of ours may be reached from outside unasked.
const listen = Server.prototype.listen;
Server.prototype.listen = function listenOnHost(this: Server, ...args: unknown[]) {
  const [first, ...rest] = args;
  const options = typeof first === 'object' && first !== null ? { ...first, host: env.HOST } : first;
  return Reflect.apply(listen, this, [options, ...rest]);
} as typeof listen;

const server = await startFauxqs({
  port: env.PORT,
  defaultRegion: env.AWS_REGION,
  dataDir: env.DATA_DIR,
  logger: false,
});
process.stdout.write(`${new Date().toISOString()} listening on ${server.address}\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void server.stop().then(() => process.exit(0)));
}
