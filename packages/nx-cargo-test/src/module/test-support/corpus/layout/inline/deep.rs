#[test] fn deep() {}
