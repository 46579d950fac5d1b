#[test] fn hidden() {} // ÿş
