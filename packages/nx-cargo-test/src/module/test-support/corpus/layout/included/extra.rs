mod around; #[test] fn included() {}
