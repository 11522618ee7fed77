#!/bin/sh
# Everything a developer does, from a bare checkout of Debian 12, Ubuntu 24.04 or newer: see usage() below.
set -eu

usage() {
    cat <<'TXT'
./dev.sh run                          the main job on the sample dossiers, then the desktop on that data
./dev.sh test [pytest arguments]      the whole test suite
./dev.sh check                        lint, types, import contracts
./dev.sh exec COMMAND…                a command inside the environment (runs in this folder)
./dev.sh bench PART [--json]          measure: read, compact, sign, sync, capture, index, calibrate, office, installer
./dev.sh pictures                     screenshots for the READMEs, from the real program
./dev.sh installer --only deb -o DIR  build the package
TXT
}

CDPATH='' cd -- "$(dirname -- "$0")"
env=.venv
started=$(date +%s)

say() { printf '%s\n' "$*" >&2; }
die() { say "dev.sh: $*"; exit 3; }
took() { say "dev.sh $1: $(($(date +%s) - started)) s"; }

# --- system packages

# Names from installer/packages.txt for the given sets that are not installed; a|b counts as there when either is.
missing_packages() {
    names=$(awk -v sets=" $* " '$1 !~ /^#/ && index(sets, " " $1 " ") { print $2 }' installer/packages.txt)
    here=$(printf '%s\n' "$names" | tr '|' '\n' | xargs dpkg-query -W -f='${db:Status-Status} ${Package}\n' 2>/dev/null |
        awk '$1 == "installed" { print $2 }' || true)
    printf '%s\n%s\n' "$here" "--" | cat - installer/packages.txt | awk -v sets=" $* " '
        $1 == "--" { listing = 1; next }
        !listing { have[$1] = 1; next }
        $1 ~ /^#/ || !index(sets, " " $1 " ") { next }
        { n = split($2, name, "|"); for (i = 1; i <= n; i++) if (name[i] in have) next; print $2 }'
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# The first of a|b that this release of the system knows.
known_name() {
    for name in $(printf '%s' "$1" | tr '|' ' '); do
        case $(LC_ALL=C apt-cache policy "$name" 2>/dev/null) in
        *"Candidate: (none)"* | "") ;;
        *) printf '%s\n' "$name"; return ;;
        esac
    done
    printf '%s\n' "${1%%|*}"
}

system_packages() {
    if ! command -v dpkg-query >/dev/null 2>&1; then
        say "No dpkg here: install by hand what installer/packages.txt lists."
        return
    fi
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    say "These system packages are missing:"
    printf '%s\n' "$missing" | awk '
        NR == FNR { want[$1] = 1; next }
        $1 !~ /^#/ && $2 in want {
            name = $2; $1 = ""; $2 = ""; sub(/^ +/, "")
            if (!($0 in names)) order[++n] = $0
            names[$0] = names[$0] " " name
        }
        END { for (i = 1; i <= n; i++) printf "  %s:%s\n", order[i], names[order[i]] }' - installer/packages.txt >&2
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null 2>&1; then
        die "ask an administrator to install them, then start again."
    fi
    say "Installing them with apt."
    mkdir -p build
    log=build/apt.log
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >"$log" 2>&1 ||
        die "apt-get update failed ($log). Is this machine on line?"
    names=
    for name in $missing; do names="$names $(known_name "$name")"; done
    # shellcheck disable=SC2086  # a list of names
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $names >>"$log" 2>&1 ||
        die "apt-get install failed; its last lines: $(tail -n 3 "$log")"
}

# --- Python, uv, the environment

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for candidate in /usr/bin/python3 python3.12 python3.13 python3.11 python3.14 python3; do
        path=$(command -v "$candidate" 2>/dev/null) || continue
        if new_enough "$path"; then
            printf '%s\n' "$path"
            return
        fi
    done
    die "Python 3.11 or newer is needed, and none was found. On Ubuntu 22.04: apt install python3.11 python3.11-venv"
}

find_uv() {
    if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
        command -v uv
        return
    fi
    pin=$(cksum <requirements-uv.lock)
    if [ ! -x .tools/bin/uv ] || [ "$(cat .tools/pin 2>/dev/null)" != "$pin" ]; then
        say "Fetching uv."
        rm -rf .tools
        "$1" -m venv .tools || die "python3-venv does not work with $1."
        .tools/bin/python -m pip install -q --disable-pip-version-check --require-hashes --only-binary :all: \
            -r requirements-uv.lock >&2 || die "uv could not be fetched. Is this machine on line?"
        printf '%s\n' "$pin" >.tools/pin
    fi
    printf '%s\n' .tools/bin/uv
}

environment() {
    python=$(find_python)
    stamp="$python $("$python" --version 2>&1) $(cat requirements-dev.lock pyproject.toml | cksum)"
    if [ "$(cat "$env/stamp" 2>/dev/null)" = "$stamp" ] && [ -x "$env/bin/python" ]; then return; fi
    mkdir -p .cache
    exec 9>.cache/environment.lock
    flock 9 # two of us at once would each undo half of the other's work
    uv_settings
    uv=$(find_uv "$python")
    say "Making the environment in $env."
    if ! new_enough "$env/bin/python"; then "$uv" venv -q --clear --python "$python" "$env" 9>&-; fi
    "$uv" pip sync -q -p "$env" --require-hashes --compile-bytecode requirements-dev.lock 9>&- ||
        die "the packages could not be installed. Is this machine on line?"
    "$uv" pip install -q -p "$env" --no-deps --no-build-isolation -e . 9>&- || die "the project itself could not be installed."
    printf '%s\n' "$stamp" >"$env/stamp"
    exec 9>&-
}

uv_settings() {
    # A home that can't be written (none at all, a locked-down account) must not stop uv.
    if [ ! -w "${HOME:-/nonexistent}" ]; then export UV_CACHE_DIR="$PWD/.cache/uv"; fi
    export UV_PYTHON_DOWNLOADS=never UV_LINK_MODE="${UV_LINK_MODE:-copy}"
    # The system's roots, since offices put their own proxy's there; the second name is for an older uv.
    export UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1
    # uv does not read pip's settings: an office that has a mirror should not have to say it twice.
    if [ -n "${PIP_INDEX_URL:-}" ] && [ -z "${UV_DEFAULT_INDEX:-}" ]; then export UV_DEFAULT_INDEX="$PIP_INDEX_URL"; fi
}

# What "bench read" and "bench sign" stand beside, in an environment of its own: these tools are no dependencies of ours.
peers() {
    python=$(find_python)
    stamp="$python $(cksum <requirements-peers.lock)"
    if [ "$(cat .tools/peers/stamp 2>/dev/null)" = "$stamp" ]; then return; fi
    uv_settings
    uv=$(find_uv "$python")
    say "Fetching OCRmyPDF and the pyhanko command for the comparison."
    if "$uv" venv -q --clear --python "$python" .tools/peers &&
        "$uv" pip sync -q -p .tools/peers --require-hashes requirements-peers.lock; then
        printf '%s\n' "$stamp" >.tools/peers/stamp
    else
        say "They could not be fetched; their rows stay empty."
        rm -rf .tools/peers
    fi
}

ready() {
    system_packages run rec dev "$@"
    environment
    PATH="$PWD/$env/bin:$PATH"
    export PATH
    # Without their bytecode each process that the tests start would compile the program again.
    unset PYTHONHOME PYTHONPATH PYTHONDONTWRITEBYTECODE
}

# --- commands

run() {
    home=build/demo-home
    workstation demo --home "$home" --headless --practice || return $?
    took "run (main job)"
    if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
        workstation gui --home "$home"
    else
        say "No display here (DISPLAY and WAYLAND_DISPLAY are empty): pictures of each screen instead of the desktop."
        QT_QPA_PLATFORM=offscreen workstation gui --home "$home" --screenshots build/screenshots
    fi
}

check() {
    failed=
    for step in "ruff check ." "ruff format --check ." mypy lint-imports; do
        say "--- $step"
        $step || failed="$failed
  $step"
    done
    [ -z "$failed" ] || { say "Not clean:$failed"; return 1; }
}

# The whole suite runs as two processes: what kills, cuts, sends, builds and waits beside what reckons. Together they need 20 minutes of
# two cores, one after the other more than CI has. What counts the bytes that a cut line loses comes last, with the machine to
# itself: a server that is kept waiting for a core has less when it is asked than has arrived.
tests() {
    [ $# = 0 ] || { python -m pytest "$@"; return; }
    mkdir -p build
    apart='tests/conformance tests/fault tests/flow'
    for part in app installer jobs scanners store sync; do apart="$apart tests/unit/$part"; done
    alone=tests/unit/sync/test_faults.py
    # shellcheck disable=SC2086 # a list of folders
    python -m pytest $apart --ignore=$alone >build/test-waiting.log 2>&1 &
    waiting=$!
    trap 'kill "$waiting"' INT TERM
    failed=0
    # shellcheck disable=SC2046
    python -m pytest tests $(printf -- '--ignore=%s ' $apart) || failed=$?
    wait "$waiting" || failed=$?
    cat build/test-waiting.log
    python -m pytest $alone || failed=$?
    return "$failed"
}

command=${1:-help}
[ $# = 0 ] || shift
# "|| status" keeps set -e from cutting off the line that says how long it took.
status=0
case $command in
run) ready; (run) || status=$? ;;
test) ready test; tests "$@" || status=$? ;;
check) ready; check || status=$? ;;
exec) ready; exec "$@" ;;
bench) ready test; case ${1:-} in read | sign) peers ;; esac; python -m tests.bench "$@" || status=$? ;;
pictures) ready test; python -m tests.pictures "$@" || status=$? ;;
installer) ready; UV=$(find_uv "$(find_python)") python -m installer.build "$@" || status=$? ;;
help | -h | --help) usage; exit 0 ;;
*) usage >&2; exit 2 ;;
esac
took "$command"
exit "$status"
