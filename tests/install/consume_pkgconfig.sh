#!/bin/sh
# A host built with pkg-config alone, shared and static, and run.
#
# usage: consume_pkgconfig.sh <stage> <compiler> <source> <README> <work folder>
set -eu
stage=$1 compiler=$2 source=$3 readme=$4 work=$5

here=$(cd "$(dirname "$0")" && pwd)
pc=$(find "$stage" -name opus-uws.pc)
PKG_CONFIG_PATH=$(dirname "$pc")
export PKG_CONFIG_PATH
libdir=$(pkg-config --variable=libdir opus-uws)
launcher=$(pkg-config --variable=launcher opus-uws)

rm -rf "$work"
mkdir -p "$work"
cd "$work"
python3 "$here/readme_block.py" "$readme" json description.json
set -x
# shellcheck disable=SC2046  # the words of pkg-config are separate arguments
"$compiler" -std=c++20 -DLAUNCHER="\"$launcher\"" "$source" -o shared \
  $(pkg-config --cflags --libs opus-uws) -Wl,-rpath,"$libdir"
"$compiler" -std=c++20 -DLAUNCHER="\"$launcher\"" "$source" -o static \
  $(pkg-config --cflags --libs --static opus-uws | sed "s,-lopus-uws,$libdir/libopus-uws.a,")
./shared shared-data description.json
./static static-data description.json
if ldd ./static | grep opus-uws; then
  echo "the static host needs the shared library" >&2
  exit 1
fi
