#!/bin/sh
# The application of the example: one connection to the database's port, at first try.
echo "main-app runs"
if nc -w 5 127.0.0.1 5432 < /dev/null; then
  echo "connection accepted"
else
  echo "connection refused" >&2
  exit 1
fi
