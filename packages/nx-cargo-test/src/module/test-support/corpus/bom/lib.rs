#![allow(dead_code)]
#[test]
fn after_a_byte_order_mark() {}
