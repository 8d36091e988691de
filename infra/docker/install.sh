#!/bin/sh
# Installs what these workspaces need to run, by the lockfile, without what is never loaded.
set -eu
for workspace in "$@"; do set -- "$@" -w "$workspace"; shift; done
npm install --no-save --omit=dev --omit=peer "$@"
find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.md' \) -delete
# A peer of a schema library, for its types.
rm -rf node_modules/typescript node_modules/@typescript node_modules/fluent-ffmpeg/doc
