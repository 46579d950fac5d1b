#[test] fn inner() {}
