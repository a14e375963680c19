# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the scripts share; to be sourced. MURMUR_TORCH chooses the torch of the build in all of them:
# wheel (default, pinned, fetched), system (Debian's libtorch-dev), none, or a folder.

murmur_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$murmur_root" || exit 1
murmur_torch=${MURMUR_TORCH:-wheel}

say() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }
fail() {
  say "$*"
  exit 1
}

# The preset that goes with murmur_torch, and the folder it builds in.
murmur_preset() {
  case $murmur_torch in
    wheel) echo release ;;
    system) echo system-torch ;;
    none) echo no-torch ;;
    *) echo custom-torch ;;
  esac
}
murmur_build_folder() { echo "build/$(murmur_preset)"; }

# Configures and compiles: murmur_build PRESET [TARGET...]. custom-torch is release with another torch.
murmur_build() {
  local preset=$1
  shift
  if [[ $preset == custom-torch ]]; then
    [[ -d $murmur_torch ]] ||
      fail "MURMUR_TORCH=$murmur_torch is no folder; allowed are wheel, system, none and the folder of a libtorch"
    quietly cmake --preset release -B build/custom-torch "-DMURMUR_TORCH=$(cd "$murmur_torch" && pwd)"
  else
    quietly cmake --preset "$preset"
  fi
  cmake --build "build/$preset" --parallel "$(murmur_jobs)" ${1:+--target "$@"}
}

# Compiling with torch's headers takes 2 GB per job, so memory bounds the number of jobs too.
murmur_jobs() {
  local cores free_gib
  cores=$(nproc)
  free_gib=$(awk '/^MemAvailable/ {print int($2 / 1048576)}' /proc/meminfo)
  local jobs=$((free_gib / 2 < cores ? free_gib / 2 : cores))
  echo $((jobs > 0 ? jobs : 1))
}

# Runs a command and shows its output only if it fails.
quietly() {
  local log
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    fail "failed: $*"
  fi
  rm -f "$log"
}
