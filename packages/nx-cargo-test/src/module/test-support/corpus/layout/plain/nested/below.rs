#[test] fn below() {}
