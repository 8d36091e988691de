// In a container of a service, with its credentials: tries subjects on NATS and calls of S3, and says what was answered.
// One argument, as JSON: { user, publish: [subject], subscribe: [subject], s3: [[command, bucket, key]] }.
import { connect } from 'nats';

const { user, publish, subscribe, s3 } = JSON.parse(process.argv[1]);
const { NATS_URL, NATS_PASSWORD, S3_ENDPOINT, S3_REGION } = process.env;
const answers = {};

const connection = await connect({ servers: NATS_URL, user, pass: NATS_PASSWORD, inboxPrefix: `_INBOX_${user}` });
let refusal;
void (async () => {
  for await (const { permissionContext } of connection.status()) refusal = permissionContext?.subject ?? refusal;
})();
async function tried(name, subject, attempt) {
  refusal = undefined;
  attempt();
  // A refusal comes before the answer to the ping that was sent after it.
  await connection.flush();
  await new Promise((resolve) => setImmediate(resolve));
  answers[name] = refusal === subject ? 'refused' : 'allowed';
}
for (const subject of publish) {
  await tried(`publish ${subject}`, subject, () => connection.publish(subject, '{}'));
}
for (const subject of subscribe) {
  await tried(`subscribe ${subject}`, subject, () => connection.subscribe(subject, { callback: () => undefined }));
}
await connection.close();

if (s3.length > 0) {
  const { S3Client, ...commands } = await import('@aws-sdk/client-s3');
  const client = new S3Client({ endpoint: S3_ENDPOINT, region: S3_REGION, forcePathStyle: true });
  for (const [name, bucket, key] of s3) {
    const input = { Bucket: bucket, Key: key, ...(name === 'PutObject' ? { Body: 'x' } : {}) };
    const answer = await client.send(new commands[`${name}Command`](input)).then(
      () => 'done',
      (error) => error.name,
    );
    answers[`${name} ${bucket}`] = answer === 'AccessDenied' ? 'refused' : answer === 'NoSuchKey' ? 'allowed' : answer;
  }
}
console.log(JSON.stringify(answers));
