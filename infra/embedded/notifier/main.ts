import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { UPLOADS_BUCKET, UPLOADS_PREFIX } from '../../storage/identities.ts';
import { sqsClient } from '../../storage/queue.ts';
import { createNotifier } from './server.ts';

const env = z
  .object({
    HOST: z.string().default('127.0.0.1'),
    PORT: z.coerce.number().int(),
    NOTIFIER_TOKEN: z.string().min(16),
    BUCKET: z.string().default(UPLOADS_BUCKET),
    PREFIX: z.string().default(UPLOADS_PREFIX),
    AWS_REGION: z.string(),
    SQS_ENDPOINT: z.url(),
    SQS_QUEUE_URL: z.url(),
  })
  .parse(process.env);

const sqs = sqsClient({ endpoint: env.SQS_ENDPOINT, region: env.AWS_REGION });
const server = createNotifier({
  token: env.NOTIFIER_TOKEN,
  rule: { bucket: env.BUCKET, prefix: env.PREFIX, region: env.AWS_REGION },
  send: async (notification) => {
    const MessageBody = JSON.stringify(notification);
    await sqs.send(new SendMessageCommand({ QueueUrl: env.SQS_QUEUE_URL, MessageBody }));
  },
  now: () => new Date(),
  report: (line) => process.stdout.write(`${new Date().toISOString()} ${line}\n`),
});
server.listen(env.PORT, env.HOST);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}
