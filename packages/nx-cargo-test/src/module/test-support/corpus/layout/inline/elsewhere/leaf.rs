#[test] fn leaf() {}
