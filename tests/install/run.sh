#!/usr/bin/env bash
# Installs hooksync as its users do, from a release that is made here of a binary:
#
#   tests/install/run.sh target/debug/hooksync
#
# Packs it as a release does, writes the installers with `dist` (which has to be
# on the PATH), and runs those that this machine can run: the shell installer,
# also with an archive that is missing or is another than was released, and the
# npm package. Fails if one doesn't do what it should.
set -euo pipefail

binary=$(realpath "$1")
cd "$(dirname "$0")/../.."
version=$("$binary" --version)
arch=$(uname -m)
name=hooksync-$arch-unknown-linux-musl
work=$(mktemp -d)
server=
trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT

fail() {
  echo "tests/install: $1" >&2
  exit 1
}

echo "What a release is made of."
dist plan >"$work/plan" 2>&1 || { cat "$work/plan"; fail "dist plan"; }
grep -q "$name.tar.gz" "$work/plan" || fail "no archive is called $name.tar.gz"

echo "A release, of this binary."
release=$work/release
mkdir -p "$release/$name"
cp "$binary" README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE "$release/$name/"
tar -C "$release" -czf "$release/$name.tar.gz" "$name"
rm -r "${release:?}/$name"
dist build --artifacts=global --no-local-paths >"$work/build" 2>&1 || { cat "$work/build"; fail "dist build"; }
cp target/distrib/hooksync-installer.sh target/distrib/hooksync-npm-package.tar.gz "$release/"

echo "The shell installer."
try() {
  env -i PATH="$PATH" HOME="$work/home" HOOKSYNC_DOWNLOAD_URL="$1" HOOKSYNC_NO_MODIFY_PATH=1 \
    sh "$release/hooksync-installer.sh" >"$work/log" 2>&1
}
mkdir "$work/home" "$work/empty"
try "file://$release" || { cat "$work/log"; fail "the shell installer"; }
installed=$work/home/.cargo/bin/hooksync
[ "$("$installed" --version)" = "$version" ] || fail "the shell installer installed something else"
rm -r "$work/home" && mkdir "$work/home"
! try "file://$work/empty" || fail "the shell installer says nothing of an archive that is not there"
[ ! -e "$installed" ] || fail "the shell installer left something without an archive"
head -c 1000 "$release/$name.tar.gz" >"$work/empty/$name.tar.gz"
! try "file://$work/empty" || fail "the shell installer took half an archive"
[ ! -e "$installed" ] || fail "the shell installer left something of half an archive"

echo "The npm package."
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
python3 -m http.server --bind 127.0.0.1 --directory "$release" "$port" >/dev/null 2>&1 &
server=$!
for _ in $(seq 50); do
  curl --silent --fail --output /dev/null "http://127.0.0.1:$port/" && break
  sleep 0.1
done
tar -C "$work" -xzf "$release/hooksync-npm-package.tar.gz"
sed -i "s#https://github.com/[^\"]*#http://127.0.0.1:$port#" "$work/package/package.json"
mkdir "$work/project"
(cd "$work/project" && npm init --yes && npm install --no-audit --no-fund --install-links "$work/package") \
  >"$work/log" 2>&1 || { cat "$work/log"; fail "the npm package"; }
[ "$("$work/project/node_modules/.bin/hooksync" --version)" = "$version" ] ||
  fail "the npm package installed something else"

if command -v ruby >/dev/null; then
  echo "The Homebrew formula is Ruby."
  ruby -c target/distrib/hooksync.rb >/dev/null || fail "the Homebrew formula"
fi
echo "Each installed $version."
