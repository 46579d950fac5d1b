#[test]
fn plain() {}
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asynchronous() {}
#[::test_log::test(tokio::test)]
async fn logged() {}
#[rstest]
#[case(1)]
fn cases(#[case] n: u32) {}
#[test_case(1, "]" ; "odd name")]
fn odd_cases(n: u32, s: &str) {}
#[cfg_attr(miri, ignore)]
/// A comment between
// and another.
#[should_panic(expected = "x")]
#[test]
pub(crate) fn decorated() {}
#[cfg_attr(unix, test)]
fn sometimes() {}
#[cfg_attr(all(unix, feature = "a,b"), cfg_attr(miri, tokio::test), allow(dead_code))]
fn nested() {}
#[cfg_attr(a, test)]
#[cfg_attr(not(a), tokio::test)]
fn either() {}
#[test_utils::setup]
fn not_a_test() {}
#[bench]
fn benchmark() {}
fn test() {}
fn outer() {
    #[test]
    fn in_a_function() {}
}
impl X {
    #[test]
    fn in_an_impl() {}
}
const _: () = {
    #[test]
    fn in_a_const() {}
};
macro_rules! make {
    () => {
        #[test]
        fn made() {}
    };
}
make!();
proptest! {
    #[test]
    fn in_a_macro(n in 0..1) {}
}
static TEXT: &str = "#[test] fn in_a_string() {}";
/* #[test] fn in_a_comment() {} */
