# shellcheck shell=bash
# For .ci/run: a Docker for the container suite, where none runs.

# Starts dockerd unless one answers, and waits until it does. Its log is shown when it does not.
start_docker() {
  if timeout 20 docker info >/dev/null 2>&1; then return; fi
  docker_files=$(mktemp -d)
  $sudo dockerd --pidfile "$docker_files/pid" >"$docker_files/log" 2>&1 </dev/null &
  for _ in $(seq 60); do
    if timeout 5 docker info >/dev/null 2>&1; then
      echo "dockerd started ($(docker version --format '{{.Server.Version}}'))"
      return
    fi
    sleep 1
  done
  echo "dockerd does not answer. The end of its log:"
  tail -n 20 "$docker_files/log"
}

# Stops the one that start_docker started, and no other.
stop_docker() {
  if [ -z "${docker_files:-}" ]; then return; fi
  if [ -s "$docker_files/pid" ]; then
    pid=$($sudo cat "$docker_files/pid")
    $sudo kill "$pid" || true
    timeout 60 tail --pid="$pid" -f /dev/null || true
  fi
  rm -rf "$docker_files"
}
