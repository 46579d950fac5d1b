#[test] fn on_unix() {}
