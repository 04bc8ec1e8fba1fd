//! Link arguments of a Node add-on.

fn main() {
    napi_build::setup();
    onsmq_ffi_hidden::hide_the_c_abi();
}
