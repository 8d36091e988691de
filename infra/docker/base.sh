#!/usr/bin/env bash
# Makes the base images where no image registry can be reached: `debian:bookworm-slim` from Debian's own package mirror, and
# `rushes-build-base`, which also trusts the certificates this machine trusts (a proxy may sign what npm and pip fetch).
# Only the second holds them, and only build stages start from it. Needs root, dockerd, debootstrap. An image that is there
# already is left as it is. About 90 s.
set -euo pipefail

base=${BASE:-debian:bookworm-slim}
build_base=${BUILD_BASE:-rushes-build-base:bookworm}
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
bundle=${CA_BUNDLE:-/etc/ssl/certs/ca-certificates.crt}

work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT

has() { docker image inspect "$1" >/dev/null 2>&1; }

if ! has "$base"; then
  root=$work/root
  debootstrap --variant=minbase bookworm "$root" "$mirror" >"$work/log" 2>&1 || { tail -20 "$work/log" >&2; exit 1; }
  cat >"$root/etc/apt/sources.list" <<SOURCES
deb $mirror bookworm main
deb $mirror bookworm-updates main
deb ${mirror%/debian}/debian-security bookworm-security main
SOURCES
  # As the published slim image: no manuals, no translations, no package lists.
  printf 'path-exclude /usr/share/%s/*\n' doc man locale info >"$root/etc/dpkg/dpkg.cfg.d/slim"
  printf 'APT::Install-Recommends "false";\nAcquire::Languages "none";\n' >"$root/etc/apt/apt.conf.d/slim"
  DEBIAN_FRONTEND=noninteractive chroot "$root" sh -ec 'apt-get -qq update; apt-get -qq -y upgrade >/dev/null' 2>"$work/log" ||
    { tail -20 "$work/log" >&2; exit 1; }
  rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale,info}/* "$root"/var/log/*.log \
    "$root"/etc/resolv.conf "$root"/etc/hostname
  tar -C "$root" -c . | docker import --change 'CMD ["bash"]' - "$base" >/dev/null
  echo "$base made"
fi

if ! has "$build_base"; then
  mkdir "$work/context"
  cp "$bundle" "$work/context/bundle.crt"
  docker build --quiet --network=host --tag "$build_base" --file - "$work/context" >/dev/null <<DOCKERFILE
FROM $base
RUN apt-get -qq update && apt-get -qq install -y --no-install-recommends ca-certificates python3 python3-pip >/dev/null
COPY bundle.crt /etc/ssl/certs/ca-certificates.crt
DOCKERFILE
  echo "$build_base made"
fi
