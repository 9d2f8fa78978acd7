# Shared by the scripts of this folder; sourced, not run. Sets `root` and changes to it.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# Debian 12 packages, by what they are needed for.
packages_build=(g++ cmake ninja-build ccache pkg-config git ca-certificates libboost1.81-dev
  libsqlite3-dev rapidjson-dev libtinyxml2-dev libtomlplusplus-dev libcli11-dev libspdlog-dev
  libcurl4-openssl-dev libssl-dev libarchive-dev libjansson-dev)
packages_test=(catch2 clang-format-14 curl openssl libxml2-utils python3 python3-venv python3-prov
  python3-lxml python3-jsonschema python3-jwt python3-cryptography python3-pyvo stilts slurm-wlm munge
  slurm-wlm-torque slurmdbd slurm-wlm-mysql-plugin mariadb-server openssh-client openssh-server
  rsync bubblewrap)
packages_demo=(python3 source-extractor)

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# usage: the comment at the head of the running script.
usage() {
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
}

# need_packages <package>...: installs the missing ones, as root or with sudo. Says nothing and asks
# apt nothing when none is missing.
need_packages() {
  command -v dpkg-query >/dev/null ||
    die "this is not a Debian system; install by hand what matches: $*"
  local installed missing=() package as_root=()
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
  for package in "$@"; do
    grep -qxF "installed $package" <<<"$installed" || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die "run as root, or install: apt install ${missing[*]}"
    as_root=(sudo)
  fi
  echo "installing ${missing[*]}"
  local log
  log=$(mktemp)
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0)
  # Packages of daemons would start them: tests start their own.
  local policy=/usr/sbin/policy-rc.d
  if [[ -e $policy ]]; then
    policy=
  else
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" install -m 755 /dev/stdin $policy
  fi
  local failed=
  if ! { "${as_root[@]}" "${apt[@]}" update &&
    "${as_root[@]}" "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; } \
    >"$log" 2>&1 </dev/null; then
    failed=yes
  fi
  [[ -z $policy ]] || "${as_root[@]}" rm -f "$policy"
  if [[ $failed ]]; then
    tail -n 20 "$log" >&2
    die "apt-get failed; the whole output is in $log"
  fi
  rm -f "$log"
}

# need_venv: makes build/venv, the Python with the packages of tests/requirements.txt; anew when that
# file has changed, else nothing is done.
need_venv() {
  local wanted=tests/requirements.txt venv=build/venv log=build/venv.log
  cmp -s $wanted $venv/requirements.txt && return 0
  echo "making $venv from $wanted"
  mkdir -p build
  # The copy is what says that all is there: it comes last.
  if ! { /usr/bin/python3 -m venv --clear $venv &&
    $venv/bin/python -m pip install --disable-pip-version-check --no-input --only-binary :all: \
      -r $wanted && cp $wanted $venv/requirements.txt; } >$log 2>&1 </dev/null; then
    tail -n 20 $log >&2
    die "$venv could not be made; the whole output is in $log"
  fi
}

# build <preset> [target]...: configures when needed, builds with one process per processor, and
# shows the compiler's output only if it fails.
build() {
  local preset=$1 log
  shift
  mkdir -p build
  log=build/$preset.log
  if ! { cmake --preset "$preset" &&
    cmake --build --preset "$preset" -j "$(nproc)" ${@:+--target "$@"}; } >"$log" 2>&1; then
    grep -v '^\[[0-9]*/[0-9]*\] \(Building\|Linking\|Creating\)' "$log" | tail -n 100 >&2
    die "the build of preset $preset failed; the whole output is in $log"
  fi
}

# stage <name> <command>...: runs the command and remembers how long it took.
stage_names=()
stage_seconds=()
stage() {
  local name=$1 start=$SECONDS
  shift
  printf -- '== %s\n' "$name"
  "$@"
  stage_names+=("$name")
  stage_seconds+=($((SECONDS - start)))
}

# print_stages: one line per stage with its time.
print_stages() {
  local i
  printf '\n'
  for i in "${!stage_names[@]}"; do
    printf '%-28s %4d s\n' "${stage_names[i]}" "${stage_seconds[i]}"
  done
}
