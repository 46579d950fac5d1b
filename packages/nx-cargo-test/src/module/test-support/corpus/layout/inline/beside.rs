#[test] fn beside() {}
