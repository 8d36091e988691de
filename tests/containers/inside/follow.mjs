// Another system: hears `video.*` as any NATS client does, and consumes what was packaged by a durable of its own.
import { connect, Events } from 'nats';

const { NATS_URL, NATS_USER, NATS_PASSWORD } = process.env;
const say = (line) => console.log(JSON.stringify(line));
const connection = await connect({
  servers: NATS_URL,
  user: NATS_USER,
  pass: NATS_PASSWORD,
  inboxPrefix: `_INBOX_${NATS_USER}`,
  maxReconnectAttempts: -1,
});
void (async () => {
  for await (const { type, data } of connection.status()) if (type === Events.Error) say({ error: String(data) });
})();
connection.subscribe('video.*', {
  callback: (_error, message) => say({ heard: message.subject, videoId: message.json().subject }),
});
const manager = await connection.jetstreamManager();
await manager.consumers.add('VIDEO', {
  durable_name: 'reports',
  ack_policy: 'explicit',
  deliver_policy: 'all',
  filter_subject: 'video.packaged.*',
});
const consumer = await connection.jetstream().consumers.get('VIDEO', 'reports');
const messages = await consumer.consume();
// SIGTERM and an answer in flight: what was not acknowledged comes again.
process.once('SIGTERM', () => void messages.close().then(() => connection.drain()));
await connection.flush();
say({ listening: true });
for await (const message of messages) {
  const { type, subject } = message.json();
  await message.ackAck();
  say({ consumed: type, videoId: subject });
}
