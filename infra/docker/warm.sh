#!/bin/sh
# Fills the compile cache with the code of main files, so that a container starts warm: each is run without a configuration, which
# it finds missing, and ends. Runs as the user who will run them, whose number is part of the cache's key.
set -eu
for file in "$@"; do
  env -i PATH="$PATH" NODE_ENV=production NODE_COMPILE_CACHE="$NODE_COMPILE_CACHE" \
    node --max-semi-space-size=1 "$file" >/tmp/out 2>&1 && { echo "$file ran without a configuration"; exit 1; }
  grep -Eq 'PORT|NATS_URL|_BUCKET|RUSHES_HOME' /tmp/out || { cat /tmp/out; exit 1; }
done
rm /tmp/out
