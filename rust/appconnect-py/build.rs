//! Tells the module how it was built, for `build_info()`.

use std::env;

fn main() {
    for name in ["PROFILE", "OPT_LEVEL", "TARGET"] {
        println!("cargo:rustc-env=APPCONNECT_{name}={}", env::var(name).unwrap_or_default());
    }
    println!("cargo:rerun-if-changed=build.rs");
}
