# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the commands of this project. Sets ROOT and defines what they have in common.
# shellcheck shell=bash
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# say TEXT: one line about what happens now.
say()
{
    printf '== %s\n' "$*"
}

# fail TEXT...: one line each on stderr, then the end.
fail()
{
    printf '%s\n' "$@" >&2
    exit 1
}

# step NAME COMMAND [ARGUMENT]...: runs the command at the top of the project; when it fails, names
# the step and how to repeat it, and ends with its exit code.
step()
{
    local name=$1 code=0
    shift
    say "$name"
    (cd "$ROOT" && "$@") || code=$?
    if [ "$code" -ne 0 ]; then
        local command
        command=$(printf ' %q' "$@")
        printf '\nfailed: %s (exit code %d)\nto repeat: cd %q &&%s\n' \
            "$name" "$code" "$ROOT" "$command" >&2
        exit "$code"
    fi
}

# presets: the names that may be built, one a line.
presets()
{
    sed -n '/"buildPresets"/,/]/s/.*"name": "\([^"]*\)".*/\1/p' "$ROOT/CMakePresets.json"
}

# configure PRESET: does nothing while the last configuration still holds. Ninja itself follows
# changes of CMake files; a changed preset or package needs a new run of CMake.
configure()
{
    local made=$ROOT/build/$1/build.ninja
    if [ ! -e "$made" ] || [ "$ROOT/CMakePresets.json" -nt "$made" ] \
        || [ /var/lib/dpkg/status -nt "$made" ]; then
        step "configuring preset $1 in build/$1" cmake --preset "$1"
    fi
}
