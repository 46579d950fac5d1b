#[test] fn next() {}
