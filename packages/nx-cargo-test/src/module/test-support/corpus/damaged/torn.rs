#[test]
fn before() {}
fn broken( {
