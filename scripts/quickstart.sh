#!/usr/bin/env bash
# Shows a message going from a producer to a consumer in each language, on the embedded dev server.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
out=$target/quickstart
mkdir -p "$out"

now() { date +%s%N; }

# show NAME COMMAND...: what the example prints, and how long it took.
show() {
    local name=$1 start
    shift
    echo
    echo "== $name: $*"
    start=$(now)
    "$@"
    echo "   done in $((($(now) - start) / 1000000)) ms"
}

echo "building the library, the packages and the examples (the first time takes some minutes)"
cargo build --quiet -p libonsmq
cargo build --quiet -p onsmq-examples --example quickstart
make --no-print-directory --silent python node

link=(-Iinclude "$target/debug/libonsmq.so" "-Wl,-rpath,$(realpath "$target/debug")" -pthread)
cc -std=c11 examples/c/quickstart.c -o "$out/quickstart-c" "${link[@]}"
c++ -std=c++17 examples/cpp/quickstart.cpp -o "$out/quickstart-cpp" "${link[@]}"

show "Rust" "$target/debug/examples/quickstart"
show "C" "$out/quickstart-c"
show "C++" "$out/quickstart-cpp"
show "Python" .venv/bin/python examples/python/quickstart.py
show "Node" node examples/node/quickstart.mjs
