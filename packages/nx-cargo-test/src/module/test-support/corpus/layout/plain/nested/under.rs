#[test] fn under() {}
