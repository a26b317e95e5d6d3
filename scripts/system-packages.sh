#!/bin/sh
# Installs the Debian packages that are named and not there yet, where the caller is root;
# elsewhere says which are missing. Usage: system-packages.sh PYTHON NAME...
set -eu
python=$1; shift

there() {
    case $1 in
        python3-venv) "$python" -c 'import ensurepip, venv' 2>/dev/null ;;
        libgl1) ldconfig -p | grep -q 'libGL\.so\.1 ' ;;
        libglib2.0-0) ldconfig -p | grep -q 'libgthread-2\.0\.so\.0 ' ;;
        libseccomp2) ldconfig -p | grep -q 'libseccomp\.so\.2 ' ;;
        browser) there chromium-headless-shell || there chromium || there chromium-browser ;;
        fonts-dejavu-core) test -d /usr/share/fonts/truetype/dejavu ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

missing=
for name in "$@"; do there "$name" || missing="$missing $name"; done
test -n "$missing" || exit 0

if test "$(id -u)" = 0 && command -v apt-get >/dev/null; then
    echo "Installing$missing …"
    # Two environments may be made at once, and apt lets one caller in.
    if command -v flock >/dev/null; then exec 9>/tmp/pedestal-apt.lock && flock 9; fi
    apt-get update -qq
    # It draws as Chromium does, with a tenth less work; not every system has it.
    shell=chromium-headless-shell
    apt-cache show "$shell" >/dev/null 2>&1 || shell=chromium
    missing=$(echo "$missing" | sed "s/ browser/ $shell/")
    # shellcheck disable=SC2086 # a list of names
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    missing=$(echo "$missing" | sed "s/ browser/ chromium/")
    echo "Missing system packages:$missing" >&2
    echo "Install them first, for example: sudo apt-get install$missing" >&2
    exit 1
fi
