#!/bin/sh
# Asks Auth0's published compiler of hooks which scripts load, and fails if
# hooksync disagrees on any. Installs Node.js with apt-get where there is none,
# and the compiler from npm, at the version in package-lock.json. Without a
# network the recorded answers (verdicts.json) have to do: cargo test holds
# hooksync against those every time.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work="$root/target/loader"
verdicts="$root/target/loader-verdicts.json"

what="loader comparison"
. "$here/install.sh"

NODE_PATH="$work/node_modules" "$node" "$here/verdicts.js" > "$verdicts"
echo "loader comparison: auth0-ext-compilers $("$node" -p "require('$work/node_modules/auth0-ext-compilers/package.json').version") on Node.js $("$node" --version)"
cd "$root"
HOOKSYNC_LOADER_VERDICTS="$verdicts" cargo test --locked --quiet --test loader
