// In a container of the administrator: how a stream stands.
import { connect } from 'nats';

const [name] = process.argv.slice(1);
const { NATS_URL, NATS_USER, NATS_PASSWORD } = process.env;
const connection = await connect({ servers: NATS_URL, user: NATS_USER, pass: NATS_PASSWORD });
const manager = await connection.jetstreamManager();
const { config, state, cluster } = await manager.streams.info(name);
const replicas = (cluster?.replicas ?? []).map(({ name, current, offline }) => ({
  name,
  current,
  offline: offline === true,
}));
console.log(
  JSON.stringify({
    lastSequence: state.last_seq,
    replicas: config.num_replicas,
    leader: cluster?.leader,
    others: replicas,
  }),
);
await connection.close();
