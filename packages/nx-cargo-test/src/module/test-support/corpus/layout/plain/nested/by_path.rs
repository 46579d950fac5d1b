mod under; #[test] fn by_path() {}
