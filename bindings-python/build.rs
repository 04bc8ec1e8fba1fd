//! The module exports `PyInit__onsmq` alone. rustc would also export the C ABI that is linked in,
//! and two libraries of one process would then share functions of different versions.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,--exclude-libs,ALL");
    }
}
