#[test] fn sibling() {}
