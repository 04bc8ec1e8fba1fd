//! For build scripts of the bindings, whose libraries export their own entry points alone.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

/// rustc exports the functions of the C ABI from whatever they are linked into, and two add-ons or
/// a program that links libonsmq would take each other's. A symbol is as visible as the most
/// reserved of all that mention it: an object that mentions them as hidden is enough, for any
/// linker, with and without LTO.
///
/// # Panics
/// Where the list of functions cannot be read, or no C compiler is there: a build script's way to
/// fail.
pub fn hide_the_c_abi() {
    if env::var_os("CARGO_CFG_UNIX").is_none() {
        return;
    }
    let symbols = concat!(env!("CARGO_MANIFEST_DIR"), "/../symbols.txt");
    println!("cargo::rerun-if-changed={symbols}");
    let listed = fs::read_to_string(symbols).expect("the list of the ABI's functions");
    let mut source = String::new();
    for name in listed.lines() {
        let _ = writeln!(
            source,
            "__attribute__((visibility(\"hidden\"))) void {name}(void);"
        );
    }
    let names = listed.lines().collect::<Vec<_>>().join(", ");
    let _ = writeln!(
        source,
        "void (*const onsmq_hidden[])(void) = {{ {names} }};"
    );
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where"));
    let file = out.join("hidden.c");
    fs::write(&file, source).expect("a file in cargo's folder");
    let objects = cc::Build::new().file(&file).compile_intermediates();
    for object in objects {
        println!("cargo::rustc-cdylib-link-arg={}", object.display());
    }
}
