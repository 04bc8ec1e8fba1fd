//! The module exports `PyInit__onsmq` alone.

fn main() {
    onsmq_ffi_hidden::hide_the_c_abi();
}
