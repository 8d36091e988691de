// In a container of the administrator: waits until some worker of a stage has stored a part of a video and holds its claim.
import { connect } from 'nats';

const [stage] = process.argv.slice(1);
const { NATS_URL, NATS_USER, NATS_PASSWORD } = process.env;
const connection = await connect({ servers: NATS_URL, user: NATS_USER, pass: NATS_PASSWORD });
const kv = await connection.jetstream().views.kv('CLAIMS');
for await (const entry of await kv.watch({ key: `${stage}.>` })) {
  if (entry.operation !== 'PUT') continue;
  const { worker, attempt, tracks } = entry.json();
  if (worker === null || !tracks.some(({ segments }) => segments > 0)) continue;
  console.log(JSON.stringify({ videoId: entry.key.split('.')[1], worker, attempt }));
  break;
}
await connection.close();
