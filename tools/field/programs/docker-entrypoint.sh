#!/bin/bash
# As the entrypoints of official images do: prepares a data folder for postgres, steps down, and becomes
# the command.
set -e
if [ "${1:-}" = postgres ] && [ "$(id -u)" = 0 ]; then
  mkdir -p /data /run/postgresql
  chown postgres:postgres /data /run/postgresql
  chmod 700 /data
  if [ ! -s /data/PG_VERSION ]; then
    gosu postgres initdb -D /data --auth=trust --username=app > /dev/null
  fi
  exec gosu postgres "$@"
fi
exec "$@"
