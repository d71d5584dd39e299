//! A stand-in for HashiCorp's public mock provider, for tests of the framework.

fn main() {}
