// Ends with 0 when this container's process answers: over HTTP where HEALTH_PATH is set, else by taking a connection.
import { connect } from 'node:net';

const { PORT, HEALTH_PATH } = process.env;
const TIMEOUT_MS = 3_000;

function takesConnection() {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: Number(PORT), timeout: TIMEOUT_MS });
    const end = (answers) => {
      socket.destroy();
      resolve(answers);
    };
    socket
      .once('connect', () => end(true))
      .once('timeout', () => end(false))
      .once('error', () => end(false));
  });
}

async function answers() {
  if (!HEALTH_PATH) return takesConnection();
  const url = `http://127.0.0.1:${PORT}${HEALTH_PATH}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch((error) => error);
  const said = response instanceof Response ? await response.text() : String(response);
  process.stdout.write(said.slice(0, 500));
  return response.ok === true;
}

process.exit((await answers()) ? 0 : 1);
