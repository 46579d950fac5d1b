mod inner; #[test] fn in_mod_rs() {}
