#!/bin/sh
# What the image of servers runs: a command as it stands, or, where RUSHES_SERVER says so, one of these. By a variable, because
# images of other makers take the same arguments without it.
set -eu

case "${RUSHES_SERVER:-}" in
  '')
    exec "$@"
    ;;
  sqs)
    exec node --max-semi-space-size=1 /app/infra/embedded/sqs.ts
    ;;
  notifier)
    exec node --max-semi-space-size=1 --env-file-if-exists=/run/secrets/rushes.env /app/infra/embedded/notifier/main.ts
    ;;
  weed)
    # At SIGTERM its filer waits 15 s for streams of its own process. Files are written at once, so killing it loses nothing; the
    # second before lets requests end.
    weed "$@" &
    pid=$!
    stop() {
      kill -TERM "$pid" 2>/dev/null || :
      (sleep 1; kill -KILL "$pid" 2>/dev/null) &
      wait "$pid" || :
      exit 0
    }
    trap stop TERM INT
    wait "$pid"
    ;;
  *)
    echo "RUSHES_SERVER is \"$RUSHES_SERVER\"; known are sqs, notifier, weed, and none with a command." >&2
    exit 64
    ;;
esac
