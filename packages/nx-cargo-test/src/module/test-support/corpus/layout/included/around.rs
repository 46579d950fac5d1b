#[test] fn around() {}
