mod next; #[test] fn placed() {}
