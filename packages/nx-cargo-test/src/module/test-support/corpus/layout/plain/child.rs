#[test] fn child() {}
