#!/bin/sh
# Installs Auth0's published compiler of hooks, asks it which scripts load, and
# fails if hooksync disagrees on any. Needs Node.js 20 or 22, npm and cargo.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
verdicts="$root/target/loader-verdicts.json"

cd "$here"
npm ci --no-audit --no-fund --silent
mkdir -p "$root/target"
node verdicts.js > "$verdicts"
cd "$root"
HOOKSYNC_LOADER_VERDICTS="$verdicts" cargo test --quiet --test loader
