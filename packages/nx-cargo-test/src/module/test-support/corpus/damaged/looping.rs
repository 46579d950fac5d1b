#[test]
fn first() {}
#[path = "looping.rs"]
mod again;
