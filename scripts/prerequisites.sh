#!/usr/bin/env bash
# Says what is missing of the given commands, and what to install for it.
set -euo pipefail

hint() {
    case "$1" in
        cargo) echo "Rust 1.88 or newer: https://rustup.rs" ;;
        python3) echo "Python 3.9 or newer, with venv: apt install python3 python3-venv" ;;
        node) echo "Node.js 18 or newer, with npm: https://nodejs.org" ;;
        java) echo "a JDK, 11 or newer (the real brokers run on it): apt install openjdk-17-jdk-headless" ;;
        mvn) echo "Maven (it fetches the real brokers): apt install maven" ;;
        cc | c++) echo "a C and C++ compiler: apt install build-essential" ;;
        valgrind) echo "valgrind (the C tests run under it): apt install valgrind" ;;
        nm) echo "binutils (exported symbols are looked at): apt install binutils" ;;
        *) echo "$1" ;;
    esac
}

missing=0
for command in "$@"; do
    if ! command -v "$command" >/dev/null; then
        echo "missing: $command. Install $(hint "$command")" >&2
        missing=1
    fi
done
exit "$missing"
